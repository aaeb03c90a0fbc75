import { queryOn, withPgClient } from "~/platform/migrations/pg-client.server";
import { installRelations } from "~/platform/relations/relations.server";

/**
 * Changes the tables of a test's application (in the schema `app`), and maps them again: PostgreSQL changes no column that a
 * view shows.
 */
export async function alterApplication(url: string, statements: string): Promise<void> {
  await withPgClient(url, async (client) => {
    await client.query(
      `DROP VIEW parity."User", parity."BillingSubscription", parity."Workspace"; ${statements}`,
    );
    const problems = await installRelations(queryOn(client), ["app"]);
    if (problems.length > 0) throw new Error(problems.join("\n"));
  });
}

import { withPgClient } from "~/platform/migrations/pg-client.server";
import { installRelations } from "~/platform/relations/relations.server";

/** Changes the tables of a test's application (in the schema `app`), and maps them again, as its columns may have other types now. */
export async function alterApplication(url: string, statements: string): Promise<void> {
  await withPgClient(url, async (client) => {
    await client.query(statements);
    const problems = await installRelations(client, ["app"]);
    if (problems.length > 0) throw new Error(problems.join("\n"));
  });
}

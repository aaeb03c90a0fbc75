import type pg from "pg";
import { acquireMigrationLock } from "~/platform/migrations/migration-lock.server";
import { queryOn, withPgClient } from "~/platform/migrations/pg-client.server";
import { type Installation, readInstallation } from "./installation.server";

/** So long the application's own statements wait at most behind ours. */
const LOCK_TIMEOUT = "5s";

export type Uninstalled = { removed: boolean; installation: Installation };

/** What Parity has in this database. Changes nothing. */
export const examineInstallation = (url: string): Promise<Installation> =>
  withPgClient(url, (client) => readInstallation(queryOn(client)));

/**
 * Removes the schema `parity` and the triggers that call its functions, in one transaction: everything of Parity's, and
 * nothing else. Nothing is removed while something stands in the way, or, without `force`, while a process of Parity's is connected.
 * @throws when the tables are in use for longer than the application should wait.
 */
export async function uninstall(
  url: string,
  { force, lockTimeout = LOCK_TIMEOUT }: { force: boolean; lockTimeout?: string },
): Promise<Uninstalled> {
  return withPgClient(url, async (client) => {
    await acquireMigrationLock(client);
    // What has come since it was shown counts too.
    const installation = await readInstallation(queryOn(client));
    const { schema, obstacles, connected } = installation;
    if (schema !== "ours" || obstacles.length > 0 || (connected.length > 0 && !force))
      return { removed: false, installation };
    await removeSchema(client, lockTimeout);
    return { removed: true, installation };
  });
}

async function removeSchema(client: pg.Client, lockTimeout: string): Promise<void> {
  await client.query(`SET LOCAL lock_timeout = '${lockTimeout}'`);
  await client.query("DROP SCHEMA parity CASCADE");
  await client.query("COMMIT");
}

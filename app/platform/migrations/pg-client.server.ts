import pg from "pg";
import { readSqlState } from "~/platform/errors.server";

const CONNECT_TIMEOUT_MS = 30_000;

/**
 * Hands one connection to `work` and ends it afterwards, and with it whatever transaction is open. For what runs before
 * the database has the tables that the Prisma client expects.
 */
export async function withPgClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on("error", () => {}); // A lost connection fails the next query; without a listener it ends the process.
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Runs one statement, on whatever connection there is. */
export type Query = (text: string) => Promise<unknown[]>;

export const queryOn =
  (client: Pick<pg.Client, "query">): Query =>
  async (text) =>
    (await client.query<Record<string, unknown>>(text)).rows;

/** A name as SQL for a person to run. */
export const quoteIdentifier = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) ? name : pg.escapeIdentifier(name);

/** Whether a statement failed because its table is not there yet. */
export function isMissingTable(error: unknown): boolean {
  return (error instanceof pg.DatabaseError ? error.code : readSqlState(error)) === "42P01";
}

import pg from "pg";

const CONNECT_TIMEOUT_MS = 10_000;

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

/** Whether a statement failed because its table is not there yet. */
export function isMissingTable(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === "42P01";
}

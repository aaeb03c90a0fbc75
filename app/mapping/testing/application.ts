import { readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { installBridge } from "~/mapping/install.server";
import { parseMapping } from "~/mapping/parse-mapping.server";
import { MIGRATIONS_FOLDER } from "~/platform/migrations/migrate.server";
import { createEmptyDatabase } from "~/platform/testing/database";

export type Row = Record<string, unknown>;

/** A database of an application, with a mapping installed. Ends with the case: everything is rolled back. */
export type Application = {
  client: pg.Client;
  rows(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Writes records and returns how many rows were written. */
  write(...records: WrittenRecord[]): Promise<number>;
  user(id: string): Promise<Row | undefined>;
  billing(id: string): Promise<Row | undefined>;
  workspaces(ownerId: string): Promise<Row[]>;
};

export type WrittenRecord = {
  userId: string;
  user?: Row;
  billing?: Row | null;
  ends?: boolean;
  takesOverRow?: boolean;
  workspaces?: Row[];
  subscriptions?: Row[];
};

/** One database for many cases: each case makes its application in a transaction, which is rolled back. */
export async function openApplications() {
  const database = await createEmptyDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  // The role of the tests has the name of our schema, which would come first.
  await client.query("SET search_path = public; CREATE SCHEMA parity");
  const migration = path.join(MIGRATIONS_FOLDER, "20261130050000_mapping/migration.sql");
  await client.query(await readFile(migration, "utf8"));
  async function withTables(tables: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
    await client.query("BEGIN");
    try {
      await client.query(tables);
      await work(client);
    } finally {
      await client.query("ROLLBACK");
    }
  }
  return {
    client,
    withTables,
    install: (file: string) => install(client, file),
    async connect(): Promise<pg.Client> {
      const other = new pg.Client({ connectionString: database.url });
      await other.connect();
      return other;
    },
    run: (tables: string, file: string, work: (application: Application) => Promise<void>) =>
      withTables(tables, async () => {
        await install(client, file);
        await work(toApplication(client));
      }),
    async close() {
      await client.end();
      await database.drop();
    },
  };
}

/** Installs the mapping of a file. @throws with all problems of the file. */
export async function install(client: pg.Client, file: string): Promise<void> {
  const parsed = parseMapping(file);
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems, null, 2));
  await installBridge(client, { document: parsed.document, source: file, installedBy: "test" });
}

function toApplication(client: pg.Client): Application {
  const rows = async (sql: string, values: unknown[] = []) => (await client.query<Row>(sql, values)).rows;
  return {
    client,
    rows,
    async write(...records) {
      const [row] = await rows("SELECT parity.write_records($1) AS written", [JSON.stringify(records)]);
      return Number(row?.written);
    },
    user: async (id) => (await rows("SELECT * FROM parity.users_by_id($1)", [[id]]))[0],
    billing: async (id) => (await rows("SELECT * FROM parity.billing_by_user($1)", [[id]]))[0],
    workspaces: (ownerId) => rows("SELECT * FROM parity.workspaces_by_owner($1) ORDER BY id", [[ownerId]]),
  };
}

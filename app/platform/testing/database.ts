import { randomBytes } from "node:crypto";
import pg from "pg";
import { createDatabase, type Database } from "~/platform/client.server";
import { askDesk } from "./desk";
import { createReusable, giveBack, lend, POOL_NAME, takeFree } from "./reuse";

export type TestDatabase = {
  db: Database;
  url: string;
  /** Ends the use of `db` and drops the database. What a test does not drop is removed with the run's PostgreSQL. */
  drop(): Promise<void>;
};

/** Patient: on a busy machine a connection is no failure when it comes late. */
const TEST_POOL = { poolSize: 5, connectTimeoutMs: 60_000 };

/**
 * Joins are done in the order in which they are written. For a handful of rows it is as good as any, and to look for a better one
 * takes PostgreSQL longer than all else that it does in a test.
 */
const AS_WRITTEN = "-c join_collapse_limit=1 -c from_collapse_limit=1";

/** An empty database with all migrations: one that an earlier test gave back, or a copy. Its plans are not those of production. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const database = takeFree() ?? (await copyReusable());
  const lent = lend(database.db);
  return {
    db: lent.db,
    url: database.url,
    async drop() {
      lent.end();
      await giveBack(database);
    },
  };
}

async function copyReusable() {
  const original = await serverUrl();
  const url = await copy(original);
  const pool = new URL(url);
  pool.searchParams.set("application_name", POOL_NAME);
  pool.searchParams.set("options", AS_WRITTEN);
  const db = createDatabase(pool.toString(), TEST_POOL);
  return createReusable({ db, url, remove: () => remove(original, url, db) });
}

/** The same for tests that look at plans or have many rows: it is planned as in production. */
export const createPlannedDatabase = async (): Promise<TestDatabase> => copyDatabase(await serverUrl());

/** A copy of the database at this address. PostgreSQL allows no connection to the original meanwhile. */
export async function copyDatabase(original: string): Promise<TestDatabase> {
  const url = await copy(original);
  const db = createDatabase(url, TEST_POOL);
  return { db, url, drop: () => remove(original, url, db) };
}

async function copy(original: string): Promise<string> {
  const name = `test_${randomBytes(8).toString("hex")}`;
  const template = new URL(original).pathname.slice(1);
  await administer(original, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  return withDatabase(original, name);
}

async function remove(server: string, url: string, db: Database): Promise<void> {
  await db.$disconnect();
  await administer(server, `DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
}

/** An empty database without any tables, for tests of the migrations themselves. */
export async function createEmptyDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = await serverUrl();
  const name = `test_${randomBytes(8).toString("hex")}`;
  await administer(server, `CREATE DATABASE ${name} TEMPLATE template0 STRATEGY FILE_COPY`);
  return {
    url: withDatabase(server, name),
    drop: () => administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** Makes a database read-only, as a fail-over to a standby does, or writable again: all connections are cut. */
export function setReadOnly(database: Pick<TestDatabase, "url">, readOnly: boolean): Promise<void> {
  return alterDatabase(database, `SET default_transaction_read_only = ${readOnly ? "on" : "off"}`);
}

/** Changes something of a whole database (`ALTER DATABASE … SET …`), and cuts all connections, so that it is so at once. */
export async function alterDatabase({ url }: Pick<TestDatabase, "url">, change: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await administer(url, `ALTER DATABASE ${name} ${change}`);
  await administer(
    url,
    `SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = '${name}'`,
  );
}

const serverUrl = () => askDesk("/postgres");

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.toString();
}

async function administer(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: withDatabase(server, "postgres") });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

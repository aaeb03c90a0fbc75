import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { RELATIONS } from "~/platform/relations/relations.server";
import { createEmptyDatabase, createTestDatabase } from "~/platform/testing/database";
import { makeTestFolder, removeTestFolder } from "~/platform/testing/folder";
import { openPostgresProxy } from "~/platform/testing/postgres-proxy";
import { POOL_NAME } from "~/platform/testing/reuse";
import { findSchemaDrift } from "../../../prisma/engine/drift";
import { applyMigrations, listPendingMigrations } from "./migrate.server";
import { withPgClient } from "./pg-client.server";

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0)) await undo();
});

async function emptyDatabase(): Promise<string> {
  const { url, drop } = await createEmptyDatabase();
  cleanUp.push(drop);
  return url;
}

async function makeMigrations() {
  const folder = await makeTestFolder();
  cleanUp.push(() => removeTestFolder(folder));
  const write = async (name: string, script: string) => {
    await mkdir(path.join(folder, name), { recursive: true });
    await writeFile(path.join(folder, name, "migration.sql"), script);
  };
  return { folder, write };
}

const ledger = (url: string): Promise<unknown[]> =>
  withPgClient(url, async (client) => {
    const { rows } = await client.query(`SELECT name FROM parity."AppliedMigration" ORDER BY 1`);
    return rows.map(({ name }) => name);
  });

/** Every relation and function of ours and of the application, and the migrations that the ledger names. */
const listContents = (url: string): Promise<unknown[]> =>
  withPgClient(url, async (client) => {
    const { rows } = await client.query(`
      SELECT relnamespace::regnamespace::text || '.' || relname || ' ' || relkind::text AS name FROM pg_class
        WHERE relnamespace::regnamespace::text IN ('parity', 'app')
      UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'parity'::regnamespace
      UNION ALL SELECT name || checksum FROM parity."AppliedMigration" ORDER BY 1`);
    return rows.map(({ name }) => name);
  });

function createSignal() {
  let send = () => {};
  const received = new Promise<void>((resolve) => {
    send = resolve;
  });
  return { received, send };
}

describe("migrations", () => {
  it("agree with the schema", async () => {
    expect(await findSchemaDrift(await emptyDatabase())).toBeNull();
  });

  it("are pending in an empty database, and no longer once applied", async () => {
    const url = await emptyDatabase();
    const before = await listPendingMigrations(url);
    expect(before.length).toBeGreaterThan(0);
    expect(await applyMigrations(url, { exampleTables: "app" })).toEqual({
      applied: [...before.slice(0, -1), "example tables", RELATIONS],
      unmapped: [],
    });
    expect(await listPendingMigrations(url)).toEqual([]);
    expect(await applyMigrations(url)).toEqual({ applied: [], unmapped: [] });
  });

  it("are refused when one was edited after it had been applied, and nothing is changed; other line ends are no edit", async () => {
    const url = await emptyDatabase();
    const { write, folder } = await makeMigrations();
    await write("1_first", "CREATE TABLE parity.first (id int);\nSELECT 1;\n");
    await applyMigrations(url, { folder });
    await write("1_first", "CREATE TABLE parity.first (id int);\r\nSELECT 1;\r\n");
    await write("2_second", "CREATE TABLE parity.second (id int);");
    expect(await applyMigrations(url, { folder })).toMatchObject({ applied: ["2_second"] });
    await write("1_first", "CREATE TABLE parity.first (id bigint);");
    await write("3_third", "CREATE TABLE parity.third (id int);");
    await expect(applyMigrations(url, { folder })).rejects.toThrow(
      "1_first was edited after it had been applied",
    );
    expect(await ledger(url)).toEqual(["1_first", "2_second"]);
  });

  it("leave nothing when one fails, and go on from there once it is mended", async () => {
    const url = await emptyDatabase();
    const { write, folder } = await makeMigrations();
    await write("1_first", "CREATE TABLE parity.first (id int);");
    await write("2_second", "CREATE TABLE parity.second (id int); SELECT 1/0;");

    await expect(applyMigrations(url, { folder })).rejects.toThrow("2_second: division by zero");
    const tables = () =>
      withPgClient(url, async (client) => {
        const { rows } = await client.query(
          "SELECT tablename FROM pg_tables WHERE tablename IN ('first', 'second', 'AppliedMigration') AND schemaname = 'parity'",
        );
        return rows.map((row) => row.tablename).sort();
      });
    expect(await tables()).toEqual(["AppliedMigration", "first"]);
    expect(await ledger(url)).toEqual(["1_first"]);

    await write("2_second", "CREATE TABLE parity.second (id int);");
    expect(await applyMigrations(url, { folder })).toMatchObject({ applied: ["2_second", "queue"] });
    expect(await tables()).toEqual(["AppliedMigration", "first", "second"]);
  });

  it("create the queue's tables too, and list them as pending while they are missing or old", async () => {
    const { db, url, drop } = await createTestDatabase();
    cleanUp.push(drop);
    // The newest migration of graphile-worker must be the one that we expect, or an update would go unnoticed.
    const [newest] = await db.$queryRaw<{ id: number }[]>`
      DELETE FROM parity.migrations
      WHERE id = (SELECT max(id) FROM parity.migrations) RETURNING id`;
    expect(await listPendingMigrations(url)).toEqual(["queue"]);
    await db.$executeRaw`INSERT INTO parity.migrations (id, breaking) VALUES (${newest?.id}, true)`;
    expect(await listPendingMigrations(url)).toEqual([]);

    const empty = await emptyDatabase();
    expect(await listPendingMigrations(empty)).toContain("queue");
    await db.$executeRaw`SELECT parity.add_job('settle_customer')`;
  });

  it("are applied once when several processes start at the same time", async () => {
    const url = await emptyDatabase();
    const migrate = () => applyMigrations(url, { exampleTables: "public" });
    const ended = await Promise.all([migrate(), migrate(), migrate()]);
    expect(ended.map(({ applied }) => applied.length > 0).sort()).toEqual([false, false, true]);
    expect(await listPendingMigrations(url)).toEqual([]);
  });

  it("that are cut off leave nothing by halves, and go on from there", async () => {
    const whole = await emptyDatabase();
    await applyMigrations(whole, { exampleTables: "app" });
    const url = await emptyDatabase();
    let cuts = 0;
    for (let nth = 3; ; nth += Math.ceil(nth / 2)) {
      const breakpoint = { counts: "statements", nth, side: cuts % 2 === 1 ? "before" : "after" } as const;
      const proxy = await openPostgresProxy(url, { breakpoint });
      const ended = await applyMigrations(proxy.url, { exampleTables: "app" }).catch(() => null);
      proxy.close();
      if (ended !== null && !proxy.hasReachedBreakpoint()) break;
      cuts += 1;
    }
    expect(cuts).toBeGreaterThan(3);
    expect(await listPendingMigrations(url)).toEqual([]);
    expect(await listContents(url)).toEqual(await listContents(whole));
  });

  it("wait for another process without a session lock or an open transaction", async () => {
    const { db, url, drop } = await createTestDatabase();
    cleanUp.push(drop);
    const acquired = createSignal();
    const released = createSignal();
    const other = db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT pg_advisory_xact_lock(7270617269747900)::text`;
      acquired.send();
      await released.received;
    });
    await acquired.received;
    const migrating = applyMigrations(url);
    const listRefused = () =>
      db.$queryRaw`
        SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND query = 'ROLLBACK' AND state = 'idle' AND application_name <> ${POOL_NAME}`;
    await expect.poll(listRefused).toHaveLength(1);
    // Only of this database: other tests share the server.
    const locks = await db.$queryRaw`
      SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database AND d.datname = current_database()
      WHERE locktype = 'advisory'`;
    expect(locks).toHaveLength(1);
    released.send();
    await other;
    expect(await migrating).toEqual({ applied: [], unmapped: [] });
  });

  it("leave no connections and no locks behind", async () => {
    const { db, url, drop } = await createTestDatabase();
    cleanUp.push(drop);
    await applyMigrations(url);
    // Only of this database: other tests share the server.
    const locks = await db.$queryRaw`
      SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database AND d.datname = current_database()
      WHERE locktype = 'advisory'`;
    expect(locks).toEqual([]);
    const others = await db.$queryRaw`
      SELECT application_name FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> ${POOL_NAME}
        AND backend_type = 'client backend'`;
    expect(others).toEqual([]);
  });
});

describe("a role without rights", () => {
  /** The address of an empty database for a role that owns nothing, and the owner's way to run statements there. */
  async function asModestRole() {
    const url = await emptyDatabase();
    const role = `modest_${randomUUID().replaceAll("-", "")}`;
    const own = (text: string) => withPgClient(url, (client) => client.query(text));
    await own(`CREATE ROLE ${role}`);
    const modest = new URL(url);
    modest.searchParams.set("options", `-c role=${role}`);
    return { url: modest.toString(), role, own };
  }

  it("is told what its owner has to run, and nothing is changed; then the migration can be repeated (case 39)", async () => {
    const { url, role, own } = await asModestRole();
    const refusal = await applyMigrations(url).catch((error: unknown) => String(error));
    expect(refusal).toContain(`CREATE SCHEMA parity AUTHORIZATION ${role};`);
    const { rows } = await own("SELECT 1 FROM pg_namespace WHERE nspname = 'parity'");
    expect(rows).toEqual([]);

    // What is usual on managed PostgreSQL: it may create in a schema that was made for it, and no schema.
    await own(`CREATE SCHEMA parity AUTHORIZATION ${role}`);
    const { applied } = await applyMigrations(url);
    expect(applied.at(-1)).toBe("queue");
    expect(await listPendingMigrations(url)).toEqual([RELATIONS]);
  });
});

describe("the example tables", () => {
  it("accept a user and a workspace from a plain SQL insert", async () => {
    const { db, drop } = await createTestDatabase();
    cleanUp.push(drop);
    await db.$executeRaw`INSERT INTO app."User" (email) VALUES ('customer@example.com')`;
    const user = await db.user.findUniqueOrThrow({ where: { email: "customer@example.com" } });
    await db.$executeRaw`INSERT INTO app."Workspace" ("ownerId", name) VALUES (${user.id}, 'Acme')`;
    expect(await db.workspace.findMany()).toMatchObject([{ ownerId: user.id, status: "locked", seats: 0 }]);
  });
});

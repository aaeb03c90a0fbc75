import { readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { afterEach, describe, expect, it, vi } from "vitest";
import { applyMigrations, pendingMigrations, schemaDrift } from "./migrate.server";
import { createEmptyDatabase, createTestDatabase } from "./testing/database";

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0)) await one();
});

async function emptyDatabase(): Promise<string> {
  const { url, drop } = await createEmptyDatabase();
  cleanUp.push(drop);
  return url;
}

describe("migrations", () => {
  it("agree with the schema", async () => {
    expect(await schemaDrift(await emptyDatabase())).toBeNull();
  });

  it("are pending in an empty database, and no longer once applied", async () => {
    const url = await emptyDatabase();
    const before = await pendingMigrations(url);
    expect(before.length).toBeGreaterThan(0);
    expect(await applyMigrations(url)).toEqual(before);
    expect(await pendingMigrations(url)).toEqual([]);
  });

  it("make the queue's tables too, and name them while they are missing or old", async () => {
    const { db, url, drop } = await createTestDatabase();
    cleanUp.push(drop);
    // The newest that graphile-worker has must be the one that is asked for, or an update of it would go unnoticed.
    const [newest] = await db.$queryRaw<{ id: number }[]>`
      DELETE FROM graphile_worker.migrations
      WHERE id = (SELECT max(id) FROM graphile_worker.migrations) RETURNING id`;
    expect(await pendingMigrations(url)).toEqual(["graphile_worker"]);
    await db.$executeRaw`INSERT INTO graphile_worker.migrations (id, breaking) VALUES (${newest?.id}, true)`;
    expect(await pendingMigrations(url)).toEqual([]);

    await db.$executeRaw`DROP SCHEMA graphile_worker CASCADE`;
    expect(await pendingMigrations(url)).toEqual(["graphile_worker"]);
    expect(await applyMigrations(url)).toEqual(["graphile_worker"]);
    expect(await pendingMigrations(url)).toEqual([]);
    await db.$executeRaw`SELECT graphile_worker.add_job('settle_customer')`;
  });

  it("are applied once when several processes start at the same time", async () => {
    const url = await emptyDatabase();
    const applied = await Promise.all([applyMigrations(url), applyMigrations(url), applyMigrations(url)]);
    expect(applied.map((names) => names.length > 0).sort()).toEqual([false, false, true]);
    expect(await pendingMigrations(url)).toEqual([]);
  });

  it("wait for another process without holding a lock of the session, or a transaction, meanwhile", async () => {
    const { db, url, drop } = await createTestDatabase();
    cleanUp.push(drop);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const other = db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT pg_advisory_xact_lock(72707369)::text`;
      await held;
    });
    const migrating = applyMigrations(url);
    await vi.waitFor(async () => {
      const refused = await db.$queryRaw`
        SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query = 'ROLLBACK' AND state = 'idle'`;
      expect(refused).toHaveLength(1);
    }, 10_000);
    // Of this database: other tests share the server.
    const locks = await db.$queryRaw`
      SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database AND d.datname = current_database()
      WHERE locktype = 'advisory'`;
    expect(locks).toHaveLength(1);
    release();
    await other;
    expect(await migrating).toEqual([]);
  });

  it("leave neither connections nor locks behind", async () => {
    const { db, url, drop } = await createTestDatabase();
    cleanUp.push(drop);
    await applyMigrations(url);
    // Of this database: other tests share the server.
    const locks = await db.$queryRaw`
      SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database AND d.datname = current_database()
      WHERE locktype = 'advisory'`;
    expect(locks).toEqual([]);
    const others = await db.$queryRaw`
      SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    expect(others).toEqual([]);
  });
});

describe("the application's own tables", () => {
  it("take a user and a workspace from a plain SQL insert", async () => {
    const { db, drop } = await createTestDatabase();
    cleanUp.push(drop);
    await db.$executeRaw`INSERT INTO "User" (email) VALUES ('customer@example.com')`;
    const user = await db.user.findUniqueOrThrow({ where: { email: "customer@example.com" } });
    await db.$executeRaw`INSERT INTO "Workspace" ("ownerId", name) VALUES (${user.id}, 'Acme')`;
    expect(await db.workspace.findMany()).toMatchObject([{ ownerId: user.id, status: "locked", seats: 0 }]);
  });
});

describe("the indexes of the users table", () => {
  const file = path.resolve(import.meta.dirname, "../../prisma/migrations/20261129000000_init/migration.sql");
  const heading = "-- Indexes for lists of a million users";

  /** The migration with something done before its last part; the names of the indexes that then are. */
  async function indexesAfter(between: string): Promise<string[]> {
    const client = new pg.Client({ connectionString: await emptyDatabase() });
    await client.connect();
    try {
      const [init = "", indexes = ""] = (await readFile(file, "utf8")).split(heading);
      await client.query(init);
      await client.query(between);
      await client.query(`--${indexes}`);
      const { rows } = await client.query<{ indexname: string }>("SELECT indexname FROM pg_indexes");
      return rows.map(({ indexname }) => indexname);
    } finally {
      await client.end();
    }
  }

  it("are made on the application's table too", async () => {
    expect(await indexesAfter("SELECT 1")).toEqual(
      expect.arrayContaining(["SyncStatus_by_severity", "User_search", "User_by_name", "User_plan"]),
    );
  });

  it("are made without those of User where that is a view", async () => {
    const names = await indexesAfter(
      `ALTER TABLE "User" RENAME TO users; CREATE VIEW "User" AS SELECT * FROM users`,
    );
    expect(names).toContain("SyncStatus_by_severity");
    expect(names).not.toContain("User_by_name");
  });

  it("are made without the one for searches where nobody may install pg_trgm", async () => {
    const role = `modest_${process.pid}`;
    const names = await indexesAfter(`
      CREATE ROLE ${role};
      GRANT ALL ON SCHEMA public TO ${role};
      DO $$ DECLARE t record; BEGIN
        FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
          EXECUTE format('ALTER TABLE %I OWNER TO ${role}', t.tablename);
        END LOOP;
      END $$;
      SET ROLE ${role}`);
    expect(names).toEqual(expect.arrayContaining(["SyncStatus_by_severity", "User_by_name"]));
    expect(names).not.toContain("User_search");
  });
});

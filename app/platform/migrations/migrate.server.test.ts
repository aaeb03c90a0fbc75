import { randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createEmptyDatabase, createTestDatabase } from "~/platform/testing/database";
import { makeTestFolder, removeTestFolder } from "~/platform/testing/folder";
import { diagnoseHistory, findSchemaDrift } from "../../../prisma/engine/drift";
import { applyMigrations, listMigrations, listPendingMigrations, MIGRATIONS_FOLDER } from "./migrate.server";
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
    expect(await applyMigrations(url)).toEqual(before);
    expect(await listPendingMigrations(url)).toEqual([]);
  });

  it("are recorded as Prisma records them: its own engine finds nothing left to apply, and nothing edited", async () => {
    const url = await emptyDatabase();
    await applyMigrations(url);
    expect(await diagnoseHistory(url)).toMatchObject({
      history: null,
      editedMigrationNames: [],
      failedMigrationNames: [],
      hasMigrationsTable: true,
    });
  });

  it("leave nothing when one fails, and go on from there once it is mended", async () => {
    const url = await emptyDatabase();
    const folder = await makeTestFolder();
    cleanUp.push(() => removeTestFolder(folder));
    const write = async (name: string, script: string) => {
      await mkdir(path.join(folder, name), { recursive: true });
      await writeFile(path.join(folder, name, "migration.sql"), script);
    };
    await write("1_first", "CREATE TABLE first (id int);");
    await write("2_second", "CREATE TABLE second (id int); SELECT 1/0;");

    await expect(applyMigrations(url, folder)).rejects.toThrow("2_second: division by zero");
    const tables = () =>
      withPgClient(url, async (client) => {
        const { rows } = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
        return rows.map((row) => row.tablename).sort();
      });
    expect(await tables()).toEqual(["_prisma_migrations", "first"]);

    await write("2_second", "CREATE TABLE second (id int);");
    expect(await applyMigrations(url, folder)).toEqual(["2_second", "graphile_worker"]);
    expect(await tables()).toEqual(["_prisma_migrations", "first", "second"]);
  });

  it("are applied after an attempt of Prisma's engine that failed, which no longer stops that engine then", async () => {
    const url = await emptyDatabase();
    const folder = await makeTestFolder();
    cleanUp.push(() => removeTestFolder(folder));
    await applyMigrations(url, folder);
    const pending = await listPendingMigrations(url);
    const [name = ""] = pending;
    await withPgClient(url, (client) =>
      client.query(`
        CREATE TABLE _prisma_migrations (
          id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
          migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
          started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0);
        INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES ('1', '', '${name}', 'failed')`),
    );
    expect(await applyMigrations(url)).toEqual(pending);
    expect(await diagnoseHistory(url)).toMatchObject({ history: null, failedMigrationNames: [] });
  });

  it("create the queue's tables too, and list them as pending while they are missing or old", async () => {
    const { db, url, drop } = await createTestDatabase();
    cleanUp.push(drop);
    // The newest migration of graphile-worker must be the one that we expect, or an update would go unnoticed.
    const [newest] = await db.$queryRaw<{ id: number }[]>`
      DELETE FROM graphile_worker.migrations
      WHERE id = (SELECT max(id) FROM graphile_worker.migrations) RETURNING id`;
    expect(await listPendingMigrations(url)).toEqual(["graphile_worker"]);
    await db.$executeRaw`INSERT INTO graphile_worker.migrations (id, breaking) VALUES (${newest?.id}, true)`;
    expect(await listPendingMigrations(url)).toEqual([]);

    await db.$executeRaw`DROP SCHEMA graphile_worker CASCADE`;
    expect(await listPendingMigrations(url)).toEqual(["graphile_worker"]);
    expect(await applyMigrations(url)).toEqual(["graphile_worker"]);
    expect(await listPendingMigrations(url)).toEqual([]);
    await db.$executeRaw`SELECT graphile_worker.add_job('settle_customer')`;
  });

  it("are applied once when several processes start at the same time", async () => {
    const url = await emptyDatabase();
    const applied = await Promise.all([applyMigrations(url), applyMigrations(url), applyMigrations(url)]);
    expect(applied.map((names) => names.length > 0).sort()).toEqual([false, false, true]);
    expect(await listPendingMigrations(url)).toEqual([]);
  });

  it("wait for another process without a session lock or an open transaction", async () => {
    const { db, url, drop } = await createTestDatabase();
    cleanUp.push(drop);
    const acquired = createSignal();
    const released = createSignal();
    const other = db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT pg_advisory_xact_lock(72707369)::text`;
      acquired.send();
      await released.received;
    });
    await acquired.received;
    const migrating = applyMigrations(url);
    await vi.waitFor(async () => {
      const refused = await db.$queryRaw`
        SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query = 'ROLLBACK' AND state = 'idle'`;
      expect(refused).toHaveLength(1);
    }, 10_000);
    // Only of this database: other tests share the server.
    const locks = await db.$queryRaw`
      SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database AND d.datname = current_database()
      WHERE locktype = 'advisory'`;
    expect(locks).toHaveLength(1);
    released.send();
    await other;
    expect(await migrating).toEqual([]);
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
      SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
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
    expect(refusal).toContain(`GRANT USAGE, CREATE ON SCHEMA public TO ${role};`);
    expect(refusal).toContain(`CREATE SCHEMA graphile_worker AUTHORIZATION ${role};`);
    const { rows } = await own("SELECT 1 FROM pg_tables WHERE schemaname = 'public'");
    expect(rows).toEqual([]);

    // What is usual on managed PostgreSQL: it may create in its schemas, and no schema.
    await own(`GRANT USAGE, CREATE ON SCHEMA public TO ${role}`);
    await own(`CREATE SCHEMA graphile_worker AUTHORIZATION ${role}`);
    const applied = await applyMigrations(url);
    expect(applied.at(-1)).toBe("graphile_worker");
    expect(await listPendingMigrations(url)).toEqual([]);
  });
});

describe("a migration", () => {
  // An old process works on while the new one is started: first expand, then migrate the code, then contract.
  it("after the first takes nothing away that an older process uses, unless it says that it contracts", async () => {
    const [, ...later] = await listMigrations();
    for (const name of later) {
      const script = await readFile(path.join(MIGRATIONS_FOLDER, name, "migration.sql"), "utf8");
      if (/^-- contract: /m.test(script)) continue;
      const takenAway =
        script.match(/\b(DROP (TABLE|COLUMN|TYPE)|RENAME (TO|COLUMN)|SET NOT NULL)\b.*/gi) ?? [];
      expect({ name, takenAway }).toEqual({ name, takenAway: [] });
    }
  });
});

describe("the application's own tables", () => {
  it("accept a user and a workspace from a plain SQL insert", async () => {
    const { db, drop } = await createTestDatabase();
    cleanUp.push(drop);
    await db.$executeRaw`INSERT INTO "User" (email) VALUES ('customer@example.com')`;
    const user = await db.user.findUniqueOrThrow({ where: { email: "customer@example.com" } });
    await db.$executeRaw`INSERT INTO "Workspace" ("ownerId", name) VALUES (${user.id}, 'Acme')`;
    expect(await db.workspace.findMany()).toMatchObject([{ ownerId: user.id, status: "locked", seats: 0 }]);
  });
});

describe("the indexes of the users table", () => {
  const file = path.join(MIGRATIONS_FOLDER, "20261129000000_init/migration.sql");
  const heading = "-- Indexes for lists of a million users";

  /** Runs the migration with `between` before its last part. Returns the names of all indexes then. */
  async function applyWith(between: string): Promise<string[]> {
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

  it("are created on the application's table too", async () => {
    expect(await applyWith("SELECT 1")).toEqual(
      expect.arrayContaining(["SyncStatus_by_severity", "User_search", "User_by_name", "User_plan"]),
    );
  });

  it("are created without those of User where User is a view", async () => {
    const names = await applyWith(
      `ALTER TABLE "User" RENAME TO users; CREATE VIEW "User" AS SELECT * FROM users`,
    );
    expect(names).toContain("SyncStatus_by_severity");
    expect(names).not.toContain("User_by_name");
  });

  it("are created without the search index where the role may not install pg_trgm", async () => {
    const role = `modest_${process.pid}`;
    const names = await applyWith(`
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

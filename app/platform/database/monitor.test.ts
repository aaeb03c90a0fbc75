import { afterEach, beforeEach, expect, it } from "vitest";
import { createDatabase } from "~/platform/client.server";
import { createTestDatabase, setReadOnly, type TestDatabase } from "~/platform/testing/database";
import { createDatabaseMonitor, type DatabaseMonitor } from "./monitor.server";
import { createProcessLog } from "./state.server";
import { findDatabaseTrouble, isStoppedStatement } from "./trouble.server";

let database: TestDatabase;
let monitor: DatabaseMonitor;
let clock = 0;
let lines: string[] = [];
let process: ReturnType<typeof createProcessLog>;

beforeEach(async () => {
  database = await createTestDatabase();
  lines = [];
  process = createProcessLog({
    level: "info",
    destination: { write: (line: string) => void lines.push(line) },
  });
  monitor = createDatabaseMonitor({ db: database.db, state: process.databaseState, now: () => clock });
});
afterEach(async () => {
  monitor.close();
  await database.drop();
});

const logged = () => lines.map((line) => JSON.parse(line).msg);
/** Asks again when the last answer is old. */
const check = () => {
  clock += 1_001;
  return monitor.check();
};
const catchError = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error);

it("a read-only database is a state of its own, said in one line, and it ends by itself (case 27)", async () => {
  await expect.poll(check).toEqual({ ok: true });
  await setReadOnly(database, true);
  for (let request = 0; request < 3; request += 1) {
    const err = await catchError(database.db.cursor.create({ data: { key: "x", value: 1 } }));
    process.log.error({ err }, "request failed");
  }
  await expect.poll(check).toEqual({ ok: false, reason: expect.stringMatching(/^database_read_only: /) });
  expect(await monitor.describeTrouble()).toContain("read-only");
  await check();
  expect(logged().filter((line) => line === "database trouble")).toHaveLength(1);
  expect(logged()).not.toContain("request failed");

  await setReadOnly(database, false);
  await expect.poll(check).toEqual({ ok: true });
  expect(await monitor.describeTrouble()).toBeNull();
  expect(logged().at(-1)).toBe("database available again");
});

it("a full disk is over when something can be written again, not when something can be read", async () => {
  process.databaseState.note(Object.assign(new Error("could not extend file"), { code: "53100" }));
  expect(process.databaseState.current()).toBe("disk_full");
  // Writing a row of the size that the probe writes fails, as on a full disk.
  await database.db.$executeRaw`ALTER TABLE parity."Cursor" ADD CONSTRAINT room CHECK (key <> 'room')`;
  await catchError(check());
  expect(process.databaseState.current()).toBe("disk_full");
  await database.db.$executeRaw`ALTER TABLE parity."Cursor" DROP CONSTRAINT room`;
  await expect.poll(check).toEqual({ ok: true });
  expect(await database.db.cursor.count({ where: { key: "room" } })).toBe(0);
});

it("a schema that is behind is no trouble of the database, and says what to run", async () => {
  await database.db.$executeRaw`DELETE FROM parity."AppliedMigration"`;
  await expect.poll(check).toEqual({ ok: false, reason: expect.stringContaining("npm run db:migrate") });
  expect(process.databaseState.current()).toBeNull();
});

it("two hundred questions at once are one look, on the pool (S11)", async () => {
  const connections = async () =>
    (
      await database.db.$queryRaw<
        unknown[]
      >`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'`
    ).length;
  clock += 1_001;
  const answers = await Promise.all(Array.from({ length: 200 }, () => monitor.check()));
  expect(new Set(answers.map(({ ok }) => ok))).toEqual(new Set([true]));
  expect(await connections()).toBeLessThanOrEqual(5);
});

it("a database that was renamed, a wrong password and a missing server are told apart", async () => {
  const ask = async (change: (url: URL) => void) => {
    const url = new URL(database.url);
    change(url);
    const db = createDatabase(url.toString());
    const error = await catchError(db.$queryRaw`SELECT 1`);
    await db.$disconnect();
    return findDatabaseTrouble(error);
  };
  expect(
    await ask((url) => {
      url.pathname = "/renamed";
    }),
  ).toBe("refused");
  expect(
    await ask((url) => {
      url.password = "changed";
    }),
  ).toBe("refused");
  expect(
    await ask((url) => {
      url.port = "1";
    }),
  ).toBe("unreachable");
});

it("connections that are used up are named, whichever way the error comes", () => {
  expect(findDatabaseTrouble({ code: "P2037" })).toBe("too_many_connections");
  expect(findDatabaseTrouble({ meta: { driverAdapterError: { cause: { originalCode: "53300" } } } })).toBe(
    "too_many_connections",
  );
});

it("R401: a transaction for which no connection comes free is no error of ours", async () => {
  const db = createDatabase(database.url, { poolSize: 1, connectTimeoutMs: 1_000 });
  await db.cursor.count();
  const error = await db.$transaction(() => catchError(db.$transaction([db.cursor.count()])));
  await db.$disconnect();
  expect(findDatabaseTrouble(error)).toBe("silent");
});

it("R401: a query that needed more than it may is one that was stopped, and no trouble of the whole database", async () => {
  const limited = createDatabase(database.url, { poolSize: 1 });
  await limited.$executeRaw`SET temp_file_limit = 0`;
  await limited.$executeRaw`SET work_mem = '64kB'`;
  const sort = limited.$queryRaw`
    SELECT max(s.text) FROM (SELECT repeat('x', 100) || i AS text FROM generate_series(1, 20000) i ORDER BY 1) s`;
  const error = await catchError(sort);
  await limited.$disconnect();
  expect([isStoppedStatement(error), findDatabaseTrouble(error)]).toEqual([true, null]);
});

it("a request to another server that fails is not the database's trouble", () => {
  const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  expect(findDatabaseTrouble(new TypeError("fetch failed", { cause }))).toBeNull();
});

import { afterEach, beforeEach, expect, it } from "vitest";
import { createDatabase, type Database } from "~/platform/client.server";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { openPostgresProxy, type PostgresProxy } from "~/platform/testing/postgres-proxy";
import { findDatabaseTrouble } from "./trouble.server";

let database: TestDatabase;
let proxy: PostgresProxy;
let db: Database;
const warnings: unknown[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
  proxy = await openPostgresProxy(database.url);
  warnings.length = 0;
  const log = { warn: (fields: unknown) => void warnings.push(fields) };
  db = createDatabase(proxy.url, { poolSize: 2, silenceMs: 100, log });
});
afterEach(async () => {
  await db.$disconnect();
  proxy.close();
  await database.drop();
});

const catchError = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error);
const useTwo = () => Promise.all([db.cursor.count(), db.cursor.count()]);

it("R402: connections that nothing closes and that lead nowhere are given up together, and the next statements are answered", async () => {
  await useTwo();
  proxy.silence();
  const failed = await catchError(db.cursor.count());
  expect(findDatabaseTrouble(failed)).toBe("unreachable");
  // The other one, which was not in use, is gone as well.
  await useTwo();
  expect(warnings).toContainEqual({ connections: 2 });
});

it("R402: a transaction that stood on such a connection fails, and is over", async () => {
  const failed = await catchError(
    db.$transaction(async (tx) => {
      await tx.cursor.create({ data: { key: "kept", value: 1 } });
      proxy.silence();
      await tx.cursor.count();
    }),
  );
  expect(failed).not.toBeNull();
  expect(await db.cursor.count({ where: { key: "kept" } })).toBe(0);
});

it("R402: a statement that takes long is left alone", async () => {
  await db.$queryRaw`SELECT pg_sleep(0.5)::text`;
  expect(warnings).toEqual([]);
});

import { readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createEmptyDatabase } from "~/platform/testing/database";
import { listMigrations, MIGRATIONS_FOLDER } from "./migrate.server";
import { queryOn } from "./pg-client.server";
import { applyScript, prepareSchema } from "./schema.server";
import { findBroken, readPromises } from "./testing/promises";

// An old process works on while the schema is migrated and the new one starts: first expand, then change the code, and
// contract in a later version (docs/upgrading.md).

let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
let client: pg.Client;
const read = () => readPromises(queryOn(client));
const readScript = (name: string) => readFile(path.join(MIGRATIONS_FOLDER, name, "migration.sql"), "utf8");

beforeAll(async () => {
  database = await createEmptyDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await prepareSchema(client);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

it("no migration breaks what a process of the version before relies on, unless it says that it contracts", async () => {
  const [first = "", ...later] = await listMigrations();
  await applyScript(client, first, await readScript(first));
  let before = await read();
  const broken: string[] = [];
  for (const name of later) {
    const script = await readScript(name);
    await applyScript(client, name, script);
    const after = await read();
    if (!/^-- contract: /m.test(script))
      broken.push(...findBroken(before, after).map((problem) => `${name}: ${problem}`));
    before = after;
  }
  expect(broken).toEqual([]);
});

/** What a migration with this statement would break. Nothing stays. */
async function tryStatement(statement: string): Promise<string[]> {
  const before = await read();
  await client.query("BEGIN");
  try {
    await client.query(statement);
    return findBroken(before, await read());
  } finally {
    await client.query("ROLLBACK");
  }
}

it.each([
  ['ALTER TABLE parity."Run" DROP COLUMN "phase"', "Run.phase is gone"],
  ['ALTER TABLE parity."Run" RENAME COLUMN "phase" TO "step"', "Run.phase is gone"],
  ['ALTER TABLE parity."Hold" RENAME TO "Pause"', "Hold.reason is gone"],
  ['DROP TABLE parity."Hold"', "Hold.reason is gone"],
  ['ALTER TABLE parity."Run" ADD COLUMN "node" text NOT NULL', "Run.node is new, and a row cannot"],
  ['ALTER TABLE parity."Run" ALTER COLUMN "finishedAt" SET NOT NULL', "Run.finishedAt may not be empty"],
  ['ALTER TABLE parity."Run" ALTER COLUMN "createdAt" DROP DEFAULT', "Run.createdAt has no default"],
  ['ALTER TABLE parity."Run" ALTER COLUMN "scope" TYPE varchar(9)', "Run.scope is character varying(9)"],
  ['ALTER TABLE parity."Run" ADD CHECK ("scope" <> \'x\')', "new demand: Run: CHECK"],
  ['CREATE UNIQUE INDEX ON parity."Run" ("finishedAt")', 'new demand: Run: unique btree ("finishedAt")'],
  ['ALTER TABLE parity."Plan" DROP CONSTRAINT "Plan_pkey" CASCADE', "gone: Plan: unique btree (id)"],
  ["DROP FUNCTION parity.stripe_acquire CASCADE", "is gone"],
])("%s is found", async (statement, problem) => {
  expect(await tryStatement(statement)).toContainEqual(expect.stringContaining(problem));
});

it.each([
  'ALTER TABLE parity."Run" ADD COLUMN "node" text',
  'ALTER TABLE parity."Run" ADD COLUMN "node" text NOT NULL DEFAULT \'\'',
  'CREATE INDEX ON parity."Run" ("finishedAt")',
  'CREATE TABLE parity."New" (id text PRIMARY KEY, "runId" text NOT NULL REFERENCES parity."Run" (id))',
])("%s breaks nothing", async (statement) => {
  expect(await tryStatement(statement)).toEqual([]);
});

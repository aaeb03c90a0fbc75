import { readdirSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { raw } from "~/platform/sql.server";
import { createPlannedDatabase, type TestDatabase } from "~/platform/testing/database";
import { RECHECK_CONDITION } from "./recheck-queue.server";

let database: TestDatabase;
beforeEach(async () => {
  database = await createPlannedDatabase();
});
afterEach(() => database.drop());

const normalize = (text: string) => text.replace(/\s+/g, " ").trim();

/** The condition of the partial index SyncStatus_recheck in the newest migration that creates it. */
function readIndexCondition(): string | undefined {
  const folder = "prisma/migrations";
  const migrations = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const texts = migrations
    .map(({ name }) => name)
    .sort()
    .map((name) => readFileSync(`${folder}/${name}/migration.sql`, "utf8"));
  const found = texts.flatMap((text) => [
    ...text.matchAll(/CREATE INDEX "SyncStatus_recheck" ON [^;]*?WHERE ([^;]*);/g),
  ]);
  return found.at(-1)?.[1];
}

it("the index SyncStatus_recheck covers the verdicts and block reasons with `recheck` in the catalogues", () => {
  expect(
    normalize(readIndexCondition() ?? "no migration creates the index"),
    "Write a migration that drops the index SyncStatus_recheck and creates it again with the condition of RECHECK_CONDITION",
  ).toBe(normalize(RECHECK_CONDITION));
});

it("PostgreSQL uses the index for the condition", async () => {
  const plan = await database.db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL enable_seqscan = off`;
    return tx.$queryRaw`EXPLAIN SELECT "userId" FROM parity."SyncStatus" WHERE ${raw(RECHECK_CONDITION)}`;
  });
  expect(JSON.stringify(plan)).toContain("SyncStatus_recheck");
});

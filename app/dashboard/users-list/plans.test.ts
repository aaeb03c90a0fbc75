import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import type { Database } from "~/platform/client.server";
import type { Sql } from "~/platform/sql.server";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { SORTS } from "./columns";
import { usersOfStripeId } from "./stripe-ids.server";
import { usersPage } from "./users-page.server";
import { EMPTY_QUERY, type UsersQuery } from "./users-query";

// What PostgreSQL really does for the main queries: which index it takes, and that it reads no whole table.

const USERS = 30_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  await db.$executeRaw`
    INSERT INTO "User" (id, email, name, plan, "stripeCustomerId", "createdAt")
    SELECT md5(n::text), 'person' || n || '@' || CASE WHEN n % 3 = 0 THEN 'mail.example' ELSE 'work.example' END,
      CASE WHEN n % 7 > 0 THEN 'Given' || n % 50 || ' Family' || n % 900 END,
      CASE WHEN n % 3000 = 0 THEN 'founder' WHEN n % 3 > 0 THEN 'army' END, 'cus_' || n, now() - interval '1 year'
    FROM generate_series(1, ${USERS}::int) n`;
  await db.$executeRaw`
    INSERT INTO "SyncStatus" ("userId", verdict, severity, flags, mismatches, "stripeStatus", "stripePlan", "moneyKind",
      "moneyPerMonth", "moneyCurrency", since, blocked, "observedAt")
    SELECT md5(n::text), CASE WHEN n % 100 = 0 THEN 'locked_out' ELSE 'in_sync' END,
      CASE WHEN n % 100 = 0 THEN 6 ELSE 0 END, CASE WHEN n % 200 = 1 THEN ARRAY['comped'] ELSE '{}' END, '[]',
      CASE WHEN n % 150 = 2 THEN 'paused' WHEN n % 3 > 0 THEN 'active' END, CASE WHEN n % 3 > 0 THEN 'army' END,
      CASE WHEN n % 100 = 0 THEN 'locked_out' END, CASE WHEN n % 100 = 0 THEN 2000 END,
      CASE WHEN n % 100 = 0 THEN 'usd' END, CASE WHEN n % 100 = 0 THEN now() - make_interval(secs => n) END,
      CASE WHEN n % 400 = 3 THEN 'revocation_limit' END,
      CASE WHEN n % 300 = 4 THEN now() - interval '3 days' ELSE date_trunc('hour', now()) - interval '2 hours' END
    FROM generate_series(1, ${USERS}::int) n`;
  await db.$executeRaw`VACUUM (ANALYZE)`;
});
afterAll(() => database.drop());

type Node = {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  loops: number;
  Plans: Node[];
};
const node: z.ZodType<Node> = z.lazy(() =>
  z
    .object({
      "Node Type": z.string(),
      "Relation Name": z.string().optional(),
      "Index Name": z.string().optional(),
      "Actual Loops": z.number(),
      Plans: z.array(node).default([]),
    })
    .transform(({ "Actual Loops": loops, ...rest }) => ({ ...rest, loops })),
);
const answer = z.array(z.object({ "QUERY PLAN": z.array(z.object({ Plan: node })) }));

/** The parts of the plan of a page that were run: whole tables that were read, and the indexes taken. */
async function ran(some: Partial<UsersQuery>): Promise<{ whole: string[]; indexes: string[] }> {
  const [whole, indexes] = [new Set<string>(), new Set<string>()];
  const visit = (one: Node) => {
    if (one.loops === 0) return;
    if (one["Node Type"].endsWith("Seq Scan")) whole.add(one["Relation Name"] ?? "");
    if (one["Index Name"]) indexes.add(one["Index Name"]);
    one.Plans.forEach(visit);
  };
  const explaining = (tx: Pick<Database, "$queryRaw" | "$queryRawUnsafe">) => ({
    async $queryRaw(statement: Sql) {
      if (statement.sql.includes("set_config")) return tx.$queryRaw(statement);
      const text = `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${statement.text}`;
      for (const row of answer.parse(await tx.$queryRawUnsafe(text, ...statement.values)))
        row["QUERY PLAN"].forEach(({ Plan }) => {
          visit(Plan);
        });
      return [];
    },
  });
  const db = {
    $transaction: (work: (tx: unknown) => Promise<unknown>) =>
      database.db.$transaction((tx) => work(explaining(tx))),
  } as unknown as Database;
  const query = { ...EMPTY_QUERY, ...some };
  const nobodyUnevaluated = { ids: [], seenFrom: new Date() };
  const found = await usersOfStripeId(database.db, query.q);
  await usersPage(db, query, { found, unevaluated: nobodyUnevaluated, coveredAgo: null });
  return {
    whole: [...whole].filter((name) => name === "User" || name === "SyncStatus"),
    indexes: [...indexes],
  };
}

const SORT_INDEX = {
  severity: "SyncStatus_by_severity",
  since: "SyncStatus_by_since",
  checked: "SyncStatus_by_checked",
  money: "SyncStatus_by_money",
  email: "User_email_key",
  name: "User_by_name",
};

it.each(SORTS)("follows the index of the sort for everybody, by %s", async (sort) => {
  const { whole, indexes } = await ran({ sort });
  expect(whole).toEqual([]);
  expect(indexes).toContain(SORT_INDEX[sort]);
});

it.each(SORTS)("reads no whole table for everybody by %s the other way round", async (sort) => {
  expect((await ran({ sort, reversed: true })).whole).toEqual([]);
});

it.each(["after", "before"] as const)("goes on %s an address by its own index alone", async (side) => {
  const facts = { found: null, unevaluated: { ids: [], seenFrom: new Date() }, coveredAgo: null };
  const first = await usersPage(database.db, { ...EMPTY_QUERY, sort: "email" }, facts);
  if (!first.ok || !first.next) throw new Error("There is no second page");
  const { whole, indexes } = await ran({ sort: "email", page: { side, cursor: first.next } });
  expect({ whole, indexes }).toEqual({ whole: [], indexes: [SORT_INDEX.email] });
});

const RARE: [string, Partial<UsersQuery>, string][] = [
  ["a verdict", { verdicts: ["locked_out"] }, "SyncStatus_by_verdict"],
  ["a flag", { flags: ["comped"] }, "SyncStatus_flags"],
  ["a status", { statuses: ["paused"] }, "SyncStatus_by_status"],
  ["a plan", { plans: ["founder"] }, "User_plan"],
  ["what is blocked", { blocked: true }, "SyncStatus_blocked"],
  ["who was not checked for long", { checked: "stale" }, "SyncStatus_by_checked"],
  ["part of an address", { q: "person1234" }, "User_search"],
  ["part of a name", { q: "family77" }, "User_search"],
  ["two letters", { q: "zq" }, "User_search"],
  ["a Stripe id", { q: "cus_77" }, "User_pkey"],
];

it.each(RARE.flatMap(([name, some, index]) => SORTS.map((sort) => ({ name, sort, some, index }))))(
  "finds $name by its own index, by $sort",
  async ({ some, sort, index }) => {
    const { whole, indexes } = await ran({ ...some, sort });
    expect(whole).toEqual([]);
    expect(indexes).toContain(index);
  },
);

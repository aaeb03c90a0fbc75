import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import type { Database } from "~/platform/client.server";
import type { Sql } from "~/platform/sql.server";
import { createPlannedDatabase, type TestDatabase } from "~/platform/testing/database";
import { createCountCache } from "../count-cache.server";
import { SORTS } from "./columns";
import { buildConditions } from "./conditions.server";
import { type Facts, SERVER_FILTERS } from "./filter-conditions.server";
import { type FilterName, listNames } from "./filters";
import { findUsersById } from "./find-users-by-id.server";
import { countMatchingUsers, countVerdicts } from "./users-count.server";
import { loadUsersPage } from "./users-page.server";
import { EMPTY_QUERY, type UsersQuery } from "./users-query";

// What PostgreSQL does for the main queries: which index it uses, and that it never reads a whole table.

const USERS = 30_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createPlannedDatabase();
  const { db } = database;
  await db.$executeRaw`
    INSERT INTO app."User" (id, email, name, plan, "stripeCustomerId", "createdAt")
    SELECT md5(n::text), 'person' || n || '@' || CASE WHEN n % 3 = 0 THEN 'mail.example' ELSE 'work.example' END,
      CASE WHEN n % 7 > 0 THEN 'Given' || n % 50 || ' Family' || n % 900 END,
      CASE WHEN n % 3000 = 0 THEN 'founder' WHEN n % 3 > 0 THEN 'army' END, 'cus_' || n, now() - interval '1 year'
    FROM generate_series(1, ${USERS}::int) n`;
  await db.$executeRaw`
    INSERT INTO parity."SyncStatus" ("userId", verdict, severity, flags, mismatches, "stripeStatus", "stripePlan", "moneyKind",
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

/** Every user has a sync status, and no run has covered them. */
const NO_FACTS: Facts = {
  matchingIds: null,
  usersWithoutStatus: { ids: [], seenFrom: new Date() },
  coveredAgo: null,
};

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

/** The parts of plans that were executed: tables that were read completely, and the indexes used. */
function createPlanReader() {
  const [whole, indexes] = [new Set<string>(), new Set<string>()];
  const collect = (one: Node) => {
    if (one.loops === 0) return;
    if (one["Node Type"].endsWith("Seq Scan")) whole.add(one["Relation Name"] ?? "");
    if (one["Index Name"]) indexes.add(one["Index Name"]);
    one.Plans.forEach(collect);
  };
  const createExplainingTx = (tx: Pick<Database, "$queryRaw" | "$queryRawUnsafe">) => ({
    async $queryRaw(statement: Sql) {
      if (statement.sql.includes("set_config")) return tx.$queryRaw(statement);
      const text = `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${statement.text}`;
      for (const row of answer.parse(await tx.$queryRawUnsafe(text, ...statement.values)))
        row["QUERY PLAN"].forEach(({ Plan }) => {
          collect(Plan);
        });
      return [];
    },
  });
  const db = {
    $transaction: (work: (tx: unknown) => Promise<unknown>) =>
      database.db.$transaction((tx) => work(createExplainingTx(tx))),
  } as unknown as Database;
  const read = () => ({
    whole: [...whole].filter((name) => name === "User" || name === "SyncStatus"),
    indexes: [...indexes],
  });
  return { db, read };
}

/** What was executed for a page. */
async function explainPage(some: Partial<UsersQuery>): Promise<{ whole: string[]; indexes: string[] }> {
  const { db, read } = createPlanReader();
  const query = { ...EMPTY_QUERY, ...some };
  const matchingIds = await findUsersById(database.db, query.q);
  await loadUsersPage(db, query, buildConditions(query, { ...NO_FACTS, matchingIds }));
  return read();
}

it("R355: verdicts are counted over the sync statuses, and of the users only the index of their ids is read", async () => {
  const { db, read } = createPlanReader();
  await createCountCache(db).count("verdicts", countVerdicts);
  const { whole, indexes } = read();
  expect(whole).toEqual(["SyncStatus"]);
  expect(indexes).toContain("User_pkey");
});

it("R355: users with a plan are counted by two indexes, and no table is read", async () => {
  const { db, read } = createPlanReader();
  const given = buildConditions({ ...EMPTY_QUERY, plans: ["founder"] }, NO_FACTS);
  await createCountCache(db).count("plan", (tx) => countMatchingUsers(tx, given));
  expect(read().whole).toEqual([]);
  expect(read().indexes).toEqual(expect.arrayContaining(["User_plan", "SyncStatus_stripePlan"]));
});

const SORT_INDEX = {
  severity: "SyncStatus_by_severity",
  since: "SyncStatus_by_since",
  checked: "SyncStatus_by_checked",
  money: "SyncStatus_by_money",
  email: "User_email_key",
  name: "User_by_name",
};

it.each(SORTS)("follows the index of the sort for all users, by %s", async (sort) => {
  const { whole, indexes } = await explainPage({ sort });
  expect(whole).toEqual([]);
  expect(indexes).toContain(SORT_INDEX[sort]);
});

it.each(SORTS)("reads no whole table for all users by %s reversed", async (sort) => {
  expect((await explainPage({ sort, reversed: true })).whole).toEqual([]);
});

it.each(["after", "before"] as const)(
  "continues %s an address by the index on addresses only",
  async (side) => {
    const query: UsersQuery = { ...EMPTY_QUERY, sort: "email" };
    const first = await loadUsersPage(database.db, query, buildConditions(query, NO_FACTS));
    if (!first.ok || !first.next) throw new Error("There is no second page");
    const { whole, indexes } = await explainPage({ sort: "email", page: { side, cursor: first.next } });
    expect({ whole, indexes }).toEqual({ whole: [], indexes: [SORT_INDEX.email] });
  },
);

const RARE: Record<FilterName, [string, Partial<UsersQuery>, string?][]> = {
  q: [
    ["part of an address", { q: "person1234" }],
    ["part of a name", { q: "family77" }],
    ["two letters", { q: "zq" }],
    ["a Stripe id", { q: "cus_77" }, "User_pkey"],
  ],
  verdicts: [["a verdict", { verdicts: ["locked_out"] }]],
  queue: [
    ["a queue of one verdict", { queue: "locked_out" }, "SyncStatus_open"],
    ["a queue of decisions", { queue: "needs_decision" }],
  ],
  flags: [["a flag", { flags: ["comped"] }]],
  plans: [["a plan", { plans: ["founder"] }]],
  statuses: [["a status", { statuses: ["paused"] }]],
  checked: [["stale users", { checked: "stale" }]],
  blocked: [["blocked users", { blocked: true }]],
  causes: [
    ["what was changed by hand", { causes: ["changed_by_hand"] }],
    ["a second customer", { causes: ["second_customer"] }, "SyncStatus_flags"],
  ],
  found: [["what was found on a day", { found: { from: "2026-01-05", to: "2026-01-06" } }]],
};

const rareFilters = listNames(RARE).flatMap((filter) =>
  RARE[filter].map(([name, some, index = SERVER_FILTERS[filter].index]) => ({ name, some, index })),
);

it.each(rareFilters.flatMap((rare) => SORTS.map((sort) => ({ ...rare, sort }))))(
  "finds $name by its own index, by $sort",
  async ({ some, sort, index }) => {
    const { whole, indexes } = await explainPage({ ...some, sort });
    expect(whole).toEqual([]);
    expect(indexes).toContain(index);
  },
);

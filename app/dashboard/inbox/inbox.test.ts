import { afterAll, beforeAll, expect, it } from "vitest";
import { isVerdict, VERDICTS } from "~/billing/verdicts/catalogue";
import { isFlag } from "~/billing/verdicts/flags";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { createCountCache } from "../count-cache.server";
import { addTestUsers } from "../users-list/testing/test-users";
import { createUsersList } from "../users-list/users-list.server";
import { EMPTY_QUERY } from "../users-list/users-query";
import { createInbox } from "./inbox.server";
import { countQueueUsers, listQueueUsers, QUEUE_LENGTH } from "./queue-users.server";
import { isInQueue, LISTED_QUEUES, SET_ASIDE_FLAGS } from "./queues";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await addTestUsers(database.db);
  // In the test's users verdicts and flags go together: these have what matters here, one by one.
  const change = (ending: string, data: { verdict?: string; flags: string[] }) =>
    database.db.syncStatus.updateMany({ where: { userId: { endsWith: ending } }, data });
  await change("1", { flags: ["several"] });
  await change("2", { flags: ["not_revoked"] });
  await change("3", { flags: ["several", "on_hold"] });
  await change("4", { verdict: "locked_out", flags: [] });
  await change("5", { verdict: "unpaid_access", flags: ["not_revoked"] });
  await change("6", { verdict: "link_conflict", flags: [] });
  await change("7", { verdict: "locked_out", flags: ["acknowledged"] });
});
afterAll(() => database.drop());

const QUEUES = ["locked_out", "unpaid_access", "needs_decision", "paying_twice"] as const;

/** The stored statuses, with their verdicts and flags as the rules know them. */
const loadStatuses = async () =>
  (await database.db.syncStatus.findMany()).map((row) => ({
    ...row,
    verdict: isVerdict(row.verdict) ? row.verdict : "not_checked",
    flags: row.flags.filter(isFlag),
  }));

it.each(QUEUES)(
  "the queue %s holds the users that the rules put there, and counts those set aside apart",
  async (queue) => {
    const statuses = await loadStatuses();
    const expected = statuses.filter((status) => isInQueue(queue, status));
    const aside = statuses.filter(
      (status) =>
        !expected.includes(status) &&
        isInQueue(queue, {
          ...status,
          flags: status.flags.filter((flag) => !SET_ASIDE_FLAGS.includes(flag)),
        }),
    );
    expect(expected.length).toBeGreaterThan(0);
    const ids = await listQueueUsers(database.db, queue);
    expect(ids.length).toBe(Math.min(expected.length, QUEUE_LENGTH));
    expect(expected.map(({ userId }) => userId)).toEqual(expect.arrayContaining(ids));
    expect(await countQueueUsers(database.db, queue)).toMatchObject({
      waiting: expected.length,
      setAside: aside.length,
    });
  },
);

it.each(LISTED_QUEUES)(
  "R387: the users list filtered by the queue %s has the users that the Inbox counts as waiting",
  async (queue) => {
    const countCache = createCountCache(database.db);
    const list = createUsersList({ db: database.db, countCache });
    const query = { ...EMPTY_QUERY, queue };
    const { waiting } = await countQueueUsers(database.db, queue);
    expect(await list.count(query)).toBe(waiting);
    expect((await createInbox({ db: database.db, countCache }).listedCounts())?.[queue]).toBe(waiting);
    const page = await list.loadPage(query);
    const expected = (await loadStatuses()).filter((status) => isInQueue(queue, status));
    expect(expected.map(({ userId }) => userId)).toEqual(expect.arrayContaining(page.ok ? page.ids : []));
    expect(page).toMatchObject({ ids: { length: Math.min(50, waiting) } });
  },
);

it("the most money comes first, currencies apart, and then the oldest", async () => {
  const ids = await listQueueUsers(database.db, "needs_decision");
  const statuses = new Map((await loadStatuses()).map((row) => [row.userId, row]));
  const rows = ids.map((id) => statuses.get(id));
  const currencies = rows.map((row) => row?.moneyCurrency ?? null);
  // Each currency stands together, and users without an amount come last.
  expect(currencies.filter((currency, at) => currency !== currencies[at - 1]).length).toBe(
    new Set(currencies).size,
  );
  expect(currencies.lastIndexOf(null)).toBe(currencies.length - 1);
  for (const [at, row] of rows.entries()) {
    const before = rows[at - 1];
    if (!row || !before || row.moneyCurrency !== before.moneyCurrency) continue;
    const [money = 0n, moneyBefore = 0n] = [row.moneyPerMonth ?? 0n, before.moneyPerMonth ?? 0n];
    expect(moneyBefore >= money).toBe(true);
    if (moneyBefore === money)
      expect(before.since?.getTime() ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(
        row.since?.getTime() ?? Number.POSITIVE_INFINITY,
      );
  }
});

it("R356: a status that outlives its user takes no place in a queue", async () => {
  const before = await listQueueUsers(database.db, "locked_out");
  const row = { verdict: "locked_out", severity: 6, flags: [], mismatches: [] };
  await database.db.syncStatus.create({
    data: { userId: "gone", ...row, moneyPerMonth: 1_000_000n, moneyCurrency: "usd" },
  });
  expect(await listQueueUsers(database.db, "locked_out")).toEqual(before);
  await database.db.syncStatus.delete({ where: { userId: "gone" } });
});

it("R356: payers without a user are found once for their list and their count, and anew after a decision", async () => {
  const { db } = database;
  const countCache = createCountCache(db, { slowMs: 0 });
  const inbox = createInbox({ db, countCache });
  const look = async () => {
    const [{ cases }, counts] = await Promise.all([inbox.loadQueue("not_linked"), inbox.counts()]);
    return [cases.length, counts?.queues.not_linked.waiting];
  };
  expect(await look()).toEqual([0, 0]);
  const at = new Date();
  const versions = { versionStart: 1n, versionEnd: 2n };
  await db.stripeCustomer.create({ data: { id: "cus_stranger", email: "a@b.c", created: at, ...versions } });
  await db.stripeSubscription.create({
    data: {
      ...{
        id: "sub_stranger",
        customerId: "cus_stranger",
        status: "active",
        items: [],
        created: at,
        startDate: at,
      },
      ...{ cancelAtPeriodEnd: false, ...versions },
    },
  });
  expect(await look()).toEqual([0, 0]);
  countCache.clear();
  expect(await look()).toEqual([1, 1]);
});

it("each verdict that a person decides about is in a queue", () => {
  const queued = VERDICTS.filter((verdict) =>
    QUEUES.some((queue) => isInQueue(queue, { verdict, flags: [] })),
  );
  expect(queued).toEqual([
    "link_conflict",
    "missing_in_stripe",
    "unknown_status",
    "unmapped_price",
    "locked_out",
    "unpaid_access",
    "possible_match",
  ]);
});

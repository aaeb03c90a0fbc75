import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import type { ReadCustomer, ReadSubscription } from "~/stripe/parse";
import { type CompleteRead, markUnlistedGone, storeCompleteReads } from "./complete-reads.server";
import { type Observed, storeCustomers, storeSubscriptions } from "./observations.server";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const ENQUEUE = { enqueue: true };

type Fields = ReadSubscription["subscription"];

const HOUR = 3_600;
const PERIOD_START = Math.floor(Date.now() / 1000) - 20 * 24 * HOUR;

function subscription(id: string, fields: Partial<Fields> = {}): Fields {
  const item = {
    id: `si_${id}`,
    priceId: "price_army",
    lookupKey: null,
    unitAmount: 20_000,
    currency: "usd",
    interval: "year" as const,
    intervalCount: 1,
    quantity: 1,
    periodStart: PERIOD_START,
    periodEnd: PERIOD_START + 365 * 24 * HOUR,
  };
  return {
    id,
    customerId: `cus_of_${id}`,
    status: "active",
    metadata: {},
    items: [item],
    created: PERIOD_START,
    startDate: PERIOD_START,
    canceledAt: null,
    endedAt: null,
    cancelAt: null,
    cancelAtPeriodEnd: false,
    latestInvoiceId: null,
    testClockId: null,
    collectionPaused: false,
    ...fields,
  };
}

const customer = (id: string, fields: Partial<ReadCustomer> = {}): ReadCustomer => ({
  id,
  email: "ada@example.com",
  name: "Ada",
  metadata: {},
  state: "present",
  created: PERIOD_START,
  ...fields,
});

const observed = <T>(value: T, started: number, ended: number): Observed<T> => ({
  value,
  started,
  ended,
  requestId: `req_${started}`,
});

const store = (...all: Observed<Fields>[]) =>
  database.db.$transaction((tx) => storeSubscriptions(tx, all, ENQUEUE));
const storeComplete = (...reads: CompleteRead[]) =>
  database.db.$transaction((tx) => storeCompleteReads(tx, reads, ENQUEUE));
const stored = (id: string) => database.db.stripeSubscription.findUniqueOrThrow({ where: { id } });

describe("an answer about a subscription", () => {
  it("that is older never replaces a newer one, and is no conflict", async () => {
    await store(observed(subscription("sub_old", { status: "canceled" }), 10, 11));
    expect(await store(observed(subscription("sub_old", { status: "active" }), 3, 9))).toEqual([]);
    expect(await stored("sub_old")).toMatchObject({ status: "canceled", requestId: "req_10" });
  });

  it("that overlaps another and differs makes the customer uncertain, whichever comes first", async () => {
    await store(observed(subscription("sub_doubt", { status: "canceled" }), 10, 20));
    const later = await store(observed(subscription("sub_doubt", { status: "active" }), 15, 25));
    expect(later).toEqual(["cus_of_sub_doubt"]);
    await store(observed(subscription("sub_doubt2", { status: "active" }), 15, 25));
    const earlier = await store(observed(subscription("sub_doubt2", { status: "canceled" }), 10, 20));
    expect(earlier).toEqual(["cus_of_sub_doubt2"]);
  });

  it("that overlaps an equal one extends it: what overlaps either and differs is uncertain", async () => {
    await store(observed(subscription("sub_same"), 10, 20));
    expect(await store(observed(subscription("sub_same"), 15, 40))).toEqual([]);
    expect(await store(observed(subscription("sub_same", { status: "paused" }), 30, 35))).toHaveLength(1);
    expect(await stored("sub_same")).toMatchObject({ status: "active" });
    await store(observed(subscription("sub_same", { status: "paused" }), 41, 42));
    expect(await stored("sub_same")).toMatchObject({ status: "paused" });
  });

  it("is stored once when a batch has several: the newest", async () => {
    const older = observed(subscription("sub_twice", { status: "canceled" }), 1, 2);
    await store(observed(subscription("sub_twice"), 3, 4), older);
    expect(await stored("sub_twice")).toMatchObject({ status: "active" });
  });
});

describe("an answer about a customer", () => {
  const see = (value: ReadCustomer, started: number, ended: number) =>
    database.db.$transaction((tx) => storeCustomers(tx, [observed(value, started, ended)], ENQUEUE));
  const seen = (id: string) => database.db.stripeCustomer.findUniqueOrThrow({ where: { id } });

  it("that is older never replaces a newer one; one that overlaps and differs is uncertain", async () => {
    await see(customer("cus_1", { email: "New@example.com" }), 10, 20);
    expect(await see(customer("cus_1", { email: "old@example.com" }), 1, 9)).toEqual([]);
    expect(await see(customer("cus_1", { state: "deleted", email: null }), 15, 16)).toEqual(["cus_1"]);
    expect(await seen("cus_1")).toMatchObject({ email: "New@example.com", emailFolded: "new@example.com" });
    expect(await see(customer("cus_1", { state: "deleted", email: null }), 21, 22)).toEqual([]);
    expect(await seen("cus_1")).toMatchObject({ state: "deleted", email: null, emailFolded: null });
  });
});

describe("the start of past due", () => {
  it("is when it was first seen, however long ago its period began", async () => {
    await store(observed(subscription("sub_first", { status: "past_due" }), 1, 2));
    const since = (await stored("sub_first")).pastDueSince?.getTime() ?? 0;
    expect(since).toBeGreaterThan((PERIOD_START + 19 * 24 * HOUR) * 1000);
  });

  it("is when it was first seen, is kept while it lasts, cleared when it ends, and set again", async () => {
    const { db } = database;
    const see = (status: string, at: number) =>
      store(observed(subscription("sub_spell", { status }), at, at));
    await see("active", 1);
    expect((await stored("sub_spell")).pastDueSince).toBeNull();
    await see("past_due", 2);
    const since = (await stored("sub_spell")).pastDueSince?.getTime() ?? 0;
    expect(since).toBeGreaterThan(PERIOD_START * 1000);
    const threeDaysAgo = new Date(since - 3 * 24 * HOUR * 1000);
    await db.stripeSubscription.update({ where: { id: "sub_spell" }, data: { pastDueSince: threeDaysAgo } });
    await see("past_due", 3);
    expect((await stored("sub_spell")).pastDueSince).toEqual(threeDaysAgo);
    await see("active", 4);
    expect((await stored("sub_spell")).pastDueSince).toBeNull();
    await see("past_due", 5);
    expect((await stored("sub_spell")).pastDueSince?.getTime()).toBeGreaterThanOrEqual(since);
  });
});

describe("the start of entitlement", () => {
  it("is known only for a subscription that was seen without entitlement before", async () => {
    const see = (status: string, at: number) => store(observed(subscription("sub_ent", { status }), at, at));
    await see("active", 1);
    expect((await stored("sub_ent")).entitlingSince).toBeNull();
    await see("unpaid", 2);
    await see("active", 3);
    const since = (await stored("sub_ent")).entitlingSince;
    expect(since).not.toBeNull();
    await see("past_due", 4);
    expect((await stored("sub_ent")).entitlingSince).toEqual(since);
    await see("canceled", 5);
    expect((await stored("sub_ent")).entitlingSince).toBeNull();
  });
});

describe("a complete read of a customer", () => {
  const customerId = "cus_of_sub_gone";

  it("marks as gone what it does not list, and an older answer does not bring it back", async () => {
    await database.db.$transaction((tx) =>
      storeCustomers(tx, [observed(customer(customerId), 1, 2)], ENQUEUE),
    );
    await store(observed(subscription("sub_gone"), 1, 2));
    expect(await storeComplete({ customerId, started: 10, ended: 12, listedIds: [] })).toEqual([]);
    expect((await stored("sub_gone")).gone).toBe(true);
    await store(observed(subscription("sub_gone"), 5, 6));
    expect((await stored("sub_gone")).gone).toBe(true);
    await store(observed(subscription("sub_late", { customerId }), 5, 6));
    expect((await stored("sub_late")).gone).toBe(true);
    await store(observed(subscription("sub_gone"), 13, 14));
    expect((await stored("sub_gone")).gone).toBe(false);
  });

  it("is uncertain about what another answer listed meanwhile, and then not complete", async () => {
    const id = "cus_of_sub_new";
    await database.db.$transaction((tx) => storeCustomers(tx, [observed(customer(id), 1, 2)], ENQUEUE));
    await store(observed(subscription("sub_new"), 11, 13));
    expect(await storeComplete({ customerId: id, started: 10, ended: 12, listedIds: [] })).toEqual([id]);
    expect(await stored("sub_new")).toMatchObject({ gone: false });
    expect(await database.db.stripeCustomer.findUnique({ where: { id } })).toMatchObject({
      completeVersionStart: null,
    });
  });
});

it("a finished full run marks as gone what it did not list, except on test clocks", async () => {
  await store(
    observed(subscription("sub_unlisted"), 100, 101),
    observed(subscription("sub_listed"), 110, 111),
  );
  await store(observed(subscription("sub_clock", { testClockId: "clock_1" }), 100, 101));
  await database.db.$transaction((tx) =>
    markUnlistedGone(tx, { started: 105, ended: 120 }, { enqueue: false }),
  );
  expect((await stored("sub_unlisted")).gone).toBe(true);
  expect((await stored("sub_listed")).gone).toBe(false);
  expect((await stored("sub_clock")).gone).toBe(false);
});

/** What Stripe answers at one moment, somewhere between asking and having the answer. */
type Asked = { from: number; moment: number; to: number; whole: boolean };

/** Stripe's truth at a moment: a subscription whose status changes with time, and one that vanishes. */
const truth = (changes: readonly number[], vanishes: number, moment: number) => ({
  status: changes.filter((change) => change <= moment).length % 2 === 0 ? "active" : "canceled",
  other: moment < vanishes,
});

const asked = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(8), fc.nat(8), fc.boolean()).map(
  ([from, before, after, whole]): Asked => ({
    from,
    moment: from + before,
    to: from + before + after,
    whole,
  }),
);

it("answers in any order end in the same state as one read alone, or ask for such a read", async () => {
  let run = 0;
  const { db } = database;
  await fc.assert(
    fc.asyncProperty(
      fc.array(asked, { minLength: 1, maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 3 }),
      fc.integer({ min: 1, max: 80 }),
      async (answers, changes, vanishes) => {
        run += 1;
        const customerId = `cus_p${run}`;
        const deliver = ({ from, moment, to, whole }: Asked) =>
          db.$transaction(async (tx) => {
            const { status, other } = truth(changes, vanishes, moment);
            // Two values of a sequence are never the same.
            const [started, ended] = [from * 1_000 + answers.length, to * 1_000 + 500 + answers.length];
            const doubt = await storeCustomers(tx, [observed(customer(customerId), started, ended)], ENQUEUE);
            const listed = [subscription(`sub_p${run}`, { customerId, status })];
            if (other) listed.push(subscription(`sub_q${run}`, { customerId }));
            doubt.push(
              ...(await storeSubscriptions(
                tx,
                listed.map((one) => observed(one, started, ended)),
                ENQUEUE,
              )),
            );
            const listedIds = listed.map(({ id }) => id);
            if (whole)
              doubt.push(
                ...(await storeCompleteReads(tx, [{ customerId, started, ended, listedIds }], ENQUEUE)),
              );
            return doubt.length > 0;
          });
        let inDoubt = false;
        for (const answer of answers) inDoubt = (await deliver(answer)) || inDoubt;
        const newest = answers.reduce((latest, one) => (one.from > latest.from ? one : latest));
        const first = await db.stripeSubscription.findUniqueOrThrow({ where: { id: `sub_p${run}` } });
        if (!inDoubt) expect(first.status).toBe(truth(changes, vanishes, newest.moment).status);

        await deliver({ from: 200, moment: 201, to: 202, whole: true });
        const settled = await db.stripeSubscription.findMany({ where: { customerId, gone: false } });
        expect(settled.map(({ status }) => status)).toEqual([truth(changes, vanishes, 201).status]);
      },
    ),
    { numRuns: process.env.PARITY_HUNT ? 120 : 10 },
  );
});

import { afterAll, beforeAll, expect, it } from "vitest";
import { createCountCache } from "~/dashboard/count-cache.server";
import type { Cause } from "~/dashboard/health/causes";
import { loadInboxKnowledge } from "~/dashboard/inbox/inbox-knowledge.server";
import { SCAN_LIMITS } from "~/dashboard/users-list/scan-limits.server";
import { createUsersList } from "~/dashboard/users-list/users-list.server";
import { EMPTY_QUERY } from "~/dashboard/users-list/users-query";
import { storeEvent } from "~/engine/observe/events.server";
import { addPayingUser, addUser, createWorld, STAFF, syncAll, type World } from "~/engine/testing/world";
import { createRouteArgs } from "~/http/testing/request";
import { loader as loadActivity } from "../_staff.activity/route";
import { loader } from "./route";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

function createArgs(path: string) {
  const staff = { id: "s1", name: "Ada", email: "ada@example.org", role: "viewer" as const };
  const { args } = createRouteArgs(path, {}, { staff });
  Object.assign(args.context, { parity: world.parity });
  return args;
}

async function load(search = "") {
  const data = await loader(createArgs(`/health${search}`));
  const [trend, causes] = await Promise.all([data.trend, data.causes]);
  if (!trend || !causes) throw new Error("Counting took too long");
  const levels = Object.fromEntries(data.signs.map(({ id, level }) => [id, level]));
  const users = Object.fromEntries(causes.map((one) => [one.cause, one.users]));
  return { signs: data.signs, levels, trend: trend.parts, users };
}

/** Follows the index of the sort, and asks of one user after another. */
const createScanningList = () =>
  createUsersList(
    { db: world.db, countCache: createCountCache(world.db) },
    { scanLimits: { ...SCAN_LIMITS, candidates: 0, joinedCandidates: 0, candidateIds: 0 } },
  );

/** R357: whichever way the list finds them. */
const listUsers = async (cause: Cause) => {
  const query = { ...EMPTY_QUERY, causes: [cause], sort: "email" as const };
  const page = await world.parity.users.loadPage(query);
  const byScan = await createScanningList().loadPage(query);
  expect(byScan).toEqual(page);
  return page.ok ? page.ids : page.reason;
};

const lock = (userId: string) =>
  world.db
    .$executeRaw`UPDATE app."Workspace" SET status = 'locked', soldiers = 0 WHERE "ownerId" = ${userId}`;

/** A run that has ended, as the demo's first preview or another process left it. */
const addEndedRun = (data: { mode: string; scope: string; state: string; reason?: string }) =>
  world.db.run.create({
    data: {
      ...{ actorKind: "cron", phase: "finished", cursor: { phase: "finished" }, finishedAt: new Date() },
      ...data,
    },
  });

it("R220: calls nothing well of which nothing is known, in a new installation", async () => {
  const { levels, trend, users } = await load();
  expect(levels).toEqual({
    ...{ scheduler: "warning", last_run: "unknown", checked: "unknown", stripe: "unknown" },
    ...{ webhooks: "warning", workers: "warning", alerts: "unknown" },
  });
  expect(trend).toHaveLength(12);
  expect(trend.every((part) => part.isBefore && part.repaired + part.open + part.runs === 0)).toBe(true);
  expect(users).toMatchObject({ second_customer: null, unmapped_price: null, undelivered: null });
  // The demo of an older version calls its first preview a scheduler's, and none has called.
  const { id } = await addEndedRun({ mode: "preview", scope: "full", state: "done" });
  expect((await load()).levels).toMatchObject({ scheduler: "warning", last_run: "unknown" });
  await world.db.run.delete({ where: { id } });
});

it("R221, R222: counts what was repaired and is open, and each number is the length of the list behind it", async () => {
  const { sandbox, parity, db } = world;
  for (const id of ["ada", "ben", "cleo"]) await addPayingUser(world, id);
  const plain = sandbox.customers.create({ email: "dana@example.com" });
  sandbox.subscriptions.create({ customer: plain.id, items: [{ price: world.prices.army }] });
  await addUser(world, { id: "dana", customerId: plain.id });
  const second = sandbox.customers.create({ email: "ben@example.com", metadata: { userId: "ben" } });
  sandbox.subscriptions.create({ customer: second.id, items: [{ price: world.prices.starter }] });
  const product = sandbox.products.create({ name: "Agency" }).id;
  const other = sandbox.prices.create({
    ...{ product, currency: "usd", unit_amount: 900, recurring: { interval: "month" } },
  });
  await addPayingUser(world, "emil", { price: other.id });
  await syncAll(parity);
  // Something else changes what Parity wrote, and it is put back.
  await lock("cleo");
  await parity.syncUser({ userId: "cleo", actor: STAFF });
  const { trend, users, levels } = await load("?by=day");
  expect(levels).toMatchObject({ last_run: "ok", checked: "ok", stripe: "ok" });
  expect(trend).toHaveLength(28);
  expect(trend.at(-1)).toMatchObject({ repaired: 5, open: 1, runs: 1, isBefore: false });
  const [today] = trend.slice(-1);
  if (!today) throw new Error("There is no day");
  const activity = await loadActivity(
    createArgs(`/activity?kind=repair&from=${today.from}&to=${today.from}`),
  );
  expect(activity.entries).toHaveLength(5);
  const found = await parity.users.loadPage({ ...EMPTY_QUERY, found: { from: today.from, to: today.to } });
  expect(found).toMatchObject({ ok: true, ids: ["emil"] });
  const lists: Partial<Record<Cause, string[]>> = {
    no_webhook: ["ada", "ben", "cleo", "dana"],
    no_metadata: ["dana"],
    second_customer: ["ben"],
    unmapped_price: ["emil"],
    unverified_email: [],
    changed_by_hand: ["cleo"],
  };
  for (const cause of Object.keys(lists) as (keyof typeof lists)[]) {
    expect({ cause, ids: await listUsers(cause) }).toEqual({ cause, ids: lists[cause] });
    expect({ cause, users: users[cause] }).toEqual({ cause, users: lists[cause]?.length });
  }
  // What the scheduler has given after a payment is the list behind the time to access.
  expect(await db.change.count()).toBe(5);
});

it("R221: what was taken back is no repair, and an acknowledged mismatch is not open", async () => {
  const { parity, db } = world;
  const by = { actor: { kind: "staff", id: "s1" }, role: "admin" } as const;
  const acknowledged = await parity.decisions.decide({
    ...{ kind: "acknowledge", input: { userId: "emil" }, reason: "agency plan", by },
  });
  expect(acknowledged.ok).toBe(true);
  const run = await db.run.create({
    data: {
      actorKind: "staff",
      mode: "undo",
      scope: "one",
      state: "done",
      phase: "finished",
      cursor: { phase: "finished" },
    },
  });
  const { before, after, verdict } = await db.change.findFirstOrThrow({ where: { userId: "ada" } });
  await db.change.create({
    data: {
      ...{ runId: run.id, userId: "ada", verdict, before: after ?? {}, after: before ?? {} },
      ...{ grants: false, revokes: true, actorKind: "staff" },
    },
  });
  const { trend } = await load();
  expect(trend.at(-1)).toMatchObject({ repaired: 5, open: 0 });
  const undone = await loadActivity(createArgs("/activity?kind=undone"));
  expect(undone.entries.map(({ userId }) => userId)).toEqual(["ada"]);
});

it("R222: an event that only a run found was not delivered, until the webhook brings it after all", async () => {
  const { db, parity } = world;
  const deliver = (daysAgo: number) =>
    db.$executeRaw`INSERT INTO parity."WebhookDelivery" (day, outcome, count)
      VALUES ((now() AT TIME ZONE 'UTC')::date - ${daysAgo}::int, 'stored', 1)`;
  await parity.runs.cron({ budgetMs: 30_000, scope: "incremental" });
  expect(await listUsers("undelivered")).toEqual([]);
  await deliver(1);
  const events = await db.stripeEvent.findMany({ where: { polled: true } });
  const adas = await db.stripeCustomer.findFirstOrThrow({ where: { metadataUserId: "ada" } });
  for (const { id, type, customerId } of events) {
    if (customerId === adas.id) continue;
    const about = { id, type, customerId, created: 0, sessionId: null, session: null };
    expect(await storeEvent(db, { ...about, livemode: false, accountId: null })).toBe("known");
  }
  expect(await listUsers("undelivered")).toEqual(["ada"]);
  // Today a webhook arrived.
  await deliver(0);
  expect(await listUsers("no_webhook")).toEqual([]);
});

it("R360: Health, the Inbox and the command line say the same of the last run and of what Stripe refuses", async () => {
  const { db, parity } = world;
  const findStripe = async () => (await load()).signs.find(({ id }) => id === "stripe");
  const { id } = await addEndedRun({ mode: "apply", scope: "full", state: "failed", reason: "unauthorized" });
  await addEndedRun({ mode: "apply", scope: "selection", state: "done" });
  expect(await findStripe()).toMatchObject({ level: "problem", link: { to: `/runs/${id}` } });
  expect((await load()).levels).toMatchObject({ last_run: "problem" });
  expect((await parity.freshness()).refused).toBe((await findStripe())?.text);
  expect((await loadInboxKnowledge(db)).failedRunId).toBe(id);
  // The key was mended: a read of one user proves it, before the next run over all.
  await parity.syncUser({ userId: "ada", actor: STAFF });
  await lock("ada");
  await parity.syncUser({ userId: "ada", actor: STAFF });
  expect((await parity.freshness()).refused).toBeNull();
  expect(await findStripe()).toMatchObject({ level: "ok" });
  await db.stripeRefusal.create({ data: { subject: "events" } });
  expect(await findStripe()).toMatchObject({
    level: "warning",
    text: expect.stringContaining("Events: Read"),
  });
  expect((await parity.freshness()).refused).toBeNull();
});

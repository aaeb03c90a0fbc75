import type { TestDatabase } from "~/platform/testing/database";
import { openPostgresProxy, type PostgresProxy } from "~/platform/testing/postgres-proxy";
import type { SandboxEvent } from "~/sandbox/sandbox";
import { signPayload } from "~/sandbox/webhooks/post-event";
import { expireLeases } from "./damage";
import { type Installation, openInstallation, reconcileAll, WEBHOOK_SECRET } from "./installation";
import {
  findAuditGaps,
  findDifferences,
  findLockouts,
  type ScheduledUser,
  watchAccess,
} from "./schedule-checks";
import { createSeededRandom, type SeededRandom } from "./seeded-random";
import { addPayingUser, createWorld, readRowVersions, STAFF, syncAll, type World } from "./world";

export type Schedule = {
  seed: number;
  users: number;
  steps: number;
  /** A database with all migrations; made when it is not given. */
  database?: TestDatabase;
};

/** What was wrong at the end, in words; nothing when all is right. `kills`: processes that lost their database on the way. */
export type ScheduleResult = { problems: string[]; kills: number; actions: Record<string, number> };

type Play = {
  world: World;
  random: SeededRandom;
  users: ScheduledUser[];
  /** Events that Stripe has sent, or will send: late, twice, out of order, or not at all. */
  undelivered: SandboxEvent[];
  processes: { proxy: PostgresProxy; installation: Installation }[];
  running: Set<Promise<unknown>>;
};

/**
 * Lets Stripe change while several processes read and repair at random: full and incremental runs, buttons, workspace
 * requests, and webhooks that come late, twice, out of order, or never. Processes are killed on the way. Then lets one
 * process finish, and compares what is recorded with what Stripe last had.
 */
export async function playSchedule({
  seed,
  users: count,
  steps,
  database,
}: Schedule): Promise<ScheduleResult> {
  const world = await createWorld({}, undefined, database);
  const random = createSeededRandom(seed);
  const users = await addUsers(world, count);
  await world.db
    .$executeRaw`INSERT INTO parity."Setting" (key, value) VALUES ('revocationLimitPercent', '100'), ('revocationLimitMinimum', '1000'),
      -- Reading customers again without a reason would hide an old answer that was stored over a newer one.
      ('recheckPerRun', '0')
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`;
  await syncAll(world.parity);
  await watchAccess(world.db);
  const play: Play = { world, random, users, undelivered: [], processes: [], running: new Set() };
  const stopListening = world.sandbox.onEvent((event) => play.undelivered.push(event));
  const actions: Record<string, number> = {};
  let kills = 0;
  try {
    for (let n = 0; n < 3; n += 1) play.processes.push(await openProcess(world));
    for (let step = 0; step < steps; step += 1) {
      // An answer that was made before a change arrives after one that was made later.
      world.sandbox.control.setLatency(
        [0, random.pick([1, 20, 300])],
        random.pick(["first", "first", "last"]),
      );
      const name = random.pick(ACTION_NAMES);
      actions[name] = (actions[name] ?? 0) + 1;
      if (name === "kill") kills += 1;
      start(play, ACTIONS[name](play));
      // Some actions overlap with many others, some with few.
      while (play.running.size > random.below(8)) await Promise.race(play.running);
    }
    await Promise.all(play.running);
    await overtakeReads(play);
    return { problems: await finish(play), kills, actions };
  } finally {
    stopListening();
    await Promise.all(play.processes.map(closeProcess));
    await world.close();
  }
}

async function addUsers(world: World, count: number): Promise<ScheduledUser[]> {
  const users: ScheduledUser[] = [];
  for (let n = 0; n < count; n += 1) {
    const id = `user${String(n).padStart(2, "0")}`;
    const made = await addPayingUser(world, id);
    users.push({
      id,
      customerId: made.customerId,
      subscriptionIds: [made.subscriptionId],
      isSteady: n % 2 === 0,
    });
  }
  return users;
}

async function openProcess(world: World): Promise<Play["processes"][number]> {
  const proxy = await openPostgresProxy(world.url);
  const { stripeUrl, sandbox } = world;
  return {
    proxy,
    installation: openInstallation({ url: proxy.url, stripeUrl, secretKey: sandbox.secretKey }),
  };
}

async function closeProcess({ proxy, installation }: Play["processes"][number]): Promise<void> {
  await installation.close().catch(() => {});
  proxy.close();
}

/** What a killed process was doing fails with its database: that is the point, and the end is checked instead. */
function start({ running }: Play, action: Promise<unknown>): void {
  const done = action.then(
    () => {},
    () => {},
  );
  running.add(done);
  void done.finally(() => running.delete(done));
}

const pickParity = ({ random, processes }: Play) => random.pick(processes).installation.parity;

const ACTIONS = {
  "incremental run": (play) =>
    pickParity(play).runs.cron({ budgetMs: play.random.pick([0, 40, 10_000]), scope: "incremental" }),
  "full run": (play) =>
    pickParity(play).runs.cron({ budgetMs: play.random.pick([0, 40, 10_000]), scope: "full" }),
  button: (play) => pickParity(play).syncUser({ userId: play.random.pick(play.users).id, actor: STAFF }),
  "workspace request": async (play) => {
    const { id } = play.random.pick(play.users);
    // The gates would make most of these do nothing.
    await play.world.db
      .$executeRaw`UPDATE parity."UserCheck" SET "nextCheckAt" = NULL WHERE "userId" = ${id}`;
    pickParity(play).workspace.checkInBackground(id);
  },
  webhook: (play) => deliver(play, 1),
  "several webhooks in a second": (play) => deliver(play, 5),
  "a job": async (play) =>
    pickParity(play).events.settle({ customerId: play.random.pick(play.users).customerId }),
  "Stripe changes": async (play) => changeStripe(play),
  "Stripe changes much": async (play) => {
    for (let n = 0; n < 4; n += 1) changeStripe(play);
  },
  kill: async (play) => {
    const index = play.random.below(play.processes.length);
    const next = await openProcess(play.world);
    // At once, so that two kills at the same time never leave one behind that is not closed.
    const [killed] = play.processes.splice(index, 1, next);
    if (!killed) return;
    killed.proxy.close();
    await expireLeases(play.world);
    await killed.installation.close().catch(() => {});
  },
} satisfies Record<string, (play: Play) => Promise<unknown>>;
type ActionName = keyof typeof ACTIONS;

/** How often each is chosen. */
const WEIGHTS: Record<ActionName, number> = {
  "incremental run": 4,
  "full run": 3,
  button: 4,
  "workspace request": 4,
  webhook: 4,
  "several webhooks in a second": 2,
  "a job": 2,
  "Stripe changes": 8,
  "Stripe changes much": 2,
  kill: 1,
};
const isActionName = (name: string): name is ActionName => name in WEIGHTS;
const ACTION_NAMES = Object.keys(WEIGHTS)
  .filter(isActionName)
  .flatMap((name) => Array.from({ length: WEIGHTS[name] }, () => name));

/** Any of the events that are left, in any order; some stay to be delivered again, some never are. */
async function deliver(play: Play, most: number): Promise<void> {
  const { random, undelivered } = play;
  await Promise.all(
    random.sample(undelivered, most).map(async (event) => {
      if (random.next() < 0.7) undelivered.splice(undelivered.indexOf(event), 1);
      if (random.next() < 0.2) return;
      const signature = signPayload(event.text, WEBHOOK_SECRET, Math.floor(Date.now() / 1000));
      await pickParity(play).events.receiveSigned(Buffer.from(event.text), signature);
    }),
  );
}

/**
 * The last changes come while reads hang that were answered before them, and are signalled before these answers arrive. No job
 * follows: only an event that such a read did not settle makes the next run read again.
 */
async function overtakeReads(play: Play): Promise<void> {
  const { world, users } = play;
  const { control } = world.sandbox;
  play.undelivered.length = 0;
  control.reset();
  const hanging = control.addFault({
    effect: { type: "hang", reads: "first" },
    match: { path: "/v1/subscriptions" },
  });
  for (const { id } of users) start(play, pickParity(play).syncUser({ userId: id, actor: STAFF }));
  // On a busy machine a read may be over before the last one hangs: then all of them need not be held at once.
  await Promise.race([control.held.waitForCount(users.length), Promise.all(play.running)]);
  for (let n = 0; n < 2 * users.length; n += 1) changeStripe(play);
  while (play.undelivered.length > 0) await deliver(play, users.length);
  control.clearFaults(hanging);
  control.held.release();
  await Promise.all(play.running);
}

function changeStripe({ world: { sandbox, prices }, random, users }: Play): void {
  const user = random.pick(users);
  const [first = ""] = user.subscriptionIds;
  const { subscriptions, lifecycle, customers } = sandbox;
  if (user.isSteady) {
    const change = random.below(5);
    if (change === 0) lifecycle.cancelAtPeriodEnd(first, random.pick(["cancel_at", "cancel_at_period_end"]));
    else if (change === 1) lifecycle.undoCancellation(first);
    else if (change === 2) subscriptions.setStatus(first, random.pick(["past_due", "trialing", "active"]));
    else if (change === 3) customers.update(user.customerId, { name: `Name ${random.below(99)}` });
    else addSecond(user, 3);
    return;
  }
  const id = random.pick(user.subscriptionIds);
  const change = random.below(6);
  if (isOver(id) && change < 4) addSecond(user, 6);
  else if (change === 0) subscriptions.cancel(id);
  else if (change === 1 && !isOver(id)) lifecycle.changePlan(id, random.pick([prices.starter, prices.army]));
  else if (change === 2) subscriptions.setStatus(id, random.pick(["unpaid", "paused", "past_due", "active"]));
  else if (change === 3) lifecycle.cancelAtPeriodEnd(id, "cancel_at_period_end");
  else addSecond(user, 6);

  function isOver(subscriptionId: string): boolean {
    return sandbox.account.store.subscriptions.find(subscriptionId)?.status === "canceled";
  }

  /** A further subscription. Of a steady user it is canceled at once, so that the first one carries on alone. */
  function addSecond(owner: ScheduledUser, most: number): void {
    if (owner.subscriptionIds.length >= most) return;
    const price = random.pick([prices.starter, prices.army]);
    const { id: added } = subscriptions.create({ customer: owner.customerId, items: [{ price }] });
    owner.subscriptionIds.push(added);
    if (owner.isSteady) subscriptions.cancel(added);
  }
}

/** Everything that hangs is over; then an incremental run, and what it left, is compared with Stripe; then a full run. */
async function finish({ world, users, random, processes }: Play): Promise<string[]> {
  world.sandbox.control.reset();
  await Promise.all(processes.map(({ installation }) => installation.parity.workspace.close()));
  await expireLeases(world);
  await world.db.$executeRaw`UPDATE parity."UserCheck" SET "nextCheckAt" = NULL, "checkingUntil" = NULL`;
  const last = random.pick(processes).installation.parity;
  await reconcileAll(last, "incremental");
  await reconcileAll(last, "incremental");
  const problems = (await findDifferences(world, users)).map((text) => `after incremental runs: ${text}`);
  await reconcileAll(last, "full");
  for (const text of await findDifferences(world, users)) problems.push(`after a full run: ${text}`);
  const before = JSON.stringify(await readRowVersions(world));
  await reconcileAll(last, "full");
  if (JSON.stringify(await readRowVersions(world)) !== before) problems.push("one more run wrote rows again");
  problems.push(...(await findLockouts(world.db, users)), ...(await findAuditGaps(world.db)));
  return problems;
}

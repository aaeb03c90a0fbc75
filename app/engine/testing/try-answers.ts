import type { TestDatabase } from "~/platform/testing/database";
import type { SandboxEvent } from "~/sandbox/sandbox";
import { signPayload } from "~/sandbox/webhooks/post-event";
import { expireLeases } from "./damage";
import { type Installation, openInstallation, reconcileAll, WEBHOOK_SECRET } from "./installation";
import { changeAnswer, openOddStripe, sampleAnswerChanges } from "./odd-answers";
import { createSeededRandom } from "./seeded-random";
import { addPayingUser, addSyncedUser, createWorld, readAccess, STAFF, syncAll } from "./world";

/** Who pays throughout, or has access that Stripe never knew about: nothing that is odd takes it. */
const STEADY = ["ada", "bob", "gus"];
/** Who pays and was locked out, and who no longer pays and has access. */
const TO_REPAIR = { cy: "active 5", dan: "locked 0" };

export type AnswersWorld = Awaited<ReturnType<typeof openAnswersWorld>>;

/** Users who pay, who are locked out, who no longer pay, and one that Stripe does not know; behind a stand-in for Stripe. */
export async function openAnswersWorld(database?: TestDatabase) {
  const world = await createWorld({}, undefined, database);
  const events: SandboxEvent[] = [];
  const stopListening = world.sandbox.onEvent((event) => events.push(event));
  const { customerId: owner } = await addSyncedUser(world, "ada");
  await addSyncedUser(world, "bob", { price: world.prices.army });
  await addPayingUser(world, "cy");
  const { subscriptionId } = await addPayingUser(world, "dan");
  await addPayingUser(world, "gus", { workspaces: [{ status: "active", seats: 5 }] });
  const { db, sandbox } = world;
  const limits = { revocationLimitPercent: 100, revocationLimitMinimum: 1_000 };
  await db.setting.createMany({ data: Object.entries(limits).map(([key, value]) => ({ key, value })) });
  await syncAll(world.parity);
  sandbox.subscriptions.cancel(subscriptionId);
  // What the application recorded by itself: Stripe knows nothing about it.
  await db.user.update({ where: { id: "gus" }, data: { plan: "lifetime", stripeCustomerId: null } });
  const odd = await openOddStripe(world.stripeUrl);
  const installation = openInstallation({ url: world.url, stripeUrl: odd.url, secretKey: sandbox.secretKey });
  return {
    world,
    odd,
    owner,
    events,
    installation,
    async close() {
      stopListening();
      odd.close();
      await installation.close();
      await world.close();
    },
  };
}

/** One round with odd answers, then one with right ones; what was wrong in either, in words. */
export async function tryOddAnswers(opened: AnswersWorld, seed: number): Promise<string[]> {
  const { world, odd, owner, installation } = opened;
  const random = createSeededRandom(seed);
  const changes = sampleAnswerChanges(seed, 1 + random.below(5));
  const { workspace, userCheck } = world.db;
  await workspace.updateMany({ where: { ownerId: "cy" }, data: { status: "locked", seats: 0 } });
  await workspace.updateMany({ where: { ownerId: "dan" }, data: { status: "active", seats: 5 } });
  const before = await readRecords(opened);
  // Either one customer's objects are odd, or anything may be.
  const isOne = random.next() < 0.5;
  // What is odd at the beginning hides what would come later.
  const share = random.pick([0.4, 0.8, 1]);
  odd.begin({ changes, random, owner: isOne ? owner : null, share });
  const findings: string[] = [];
  const done: string[] = [];
  let hasFinishedRun = false;
  for (const name of random.sample(CALLER_NAMES, 2)) {
    done.push(name);
    try {
      if ((await CALLERS[name](opened, changes)) === true) hasFinishedRun = true;
    } catch (error) {
      findings.push(`${name} ended with ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  const said = [...odd.changed];
  odd.end();
  findings.push(...(await findLosses(opened, before, "after odd answers")));
  if (isOne && hasFinishedRun && (await readAccess(world, "cy")) !== TO_REPAIR.cy)
    findings.push("one customer's odd objects kept another one locked out");
  await expireLeases(world);
  await userCheck.updateMany({ data: { nextCheckAt: null, checkingUntil: null } });
  await reconcileAll(installation.parity, "full");
  // The first may only have finished a run that began with odd answers.
  if ((await findUnrepaired(opened)).length > 0) await reconcileAll(installation.parity, "full");
  findings.push(...(await findLosses(opened, before, "after right answers")));
  findings.push(...(await findUnrepaired(opened)));
  const where = `seed ${seed}, ${isOne ? "one customer" : "anything"}, ${done.join(", ")}; ${said.join("; ")}`;
  return findings.map((finding) => `${finding}\n  ${where.slice(0, 2_000)}`);
}

async function findUnrepaired({ world }: AnswersWorld): Promise<string[]> {
  const findings: string[] = [];
  for (const [id, expected] of Object.entries(TO_REPAIR)) {
    const access = await readAccess(world, id);
    if (access !== expected) findings.push(`${id} has ${access} after right answers`);
  }
  return findings;
}

/** Whether the run came to its end in its time: one that waits for Stripe has judged nothing yet. */
async function runOnce({ parity }: Installation, scope: "full" | "incremental"): Promise<boolean> {
  const { done } = await parity.runs.cron({ budgetMs: 3_000, scope });
  return done;
}

/** Each answers true when a run came to its end. */
const CALLERS = {
  "full run": ({ installation }) => runOnce(installation, "full"),
  "incremental run": async ({ installation, world }) => {
    world.sandbox.customers.update(await findCustomer(world, "cy"), { name: "Cy" });
    world.sandbox.customers.update(await findCustomer(world, "ada"), { name: "Ada" });
    return runOnce(installation, "incremental");
  },
  button: async ({ installation }) => {
    for (const userId of ["ada", "bob", "cy", "dan", "gus"])
      await installation.parity.syncUser({ userId, actor: STAFF });
  },
  webhooks: async ({ installation, events }, changes) => {
    for (const event of events.slice(-5)) {
      const payload: unknown = JSON.parse(event.text);
      for (const change of changes) changeAnswer(payload, change, null);
      for (const text of [JSON.stringify(payload), event.text]) {
        const signature = signPayload(text, WEBHOOK_SECRET, Math.floor(Date.now() / 1000));
        await installation.parity.events.receiveSigned(Buffer.from(text), signature);
      }
    }
    for (const userId of ["ada", "bob"])
      await installation.parity.events.settle({ customerId: await findCustomer(installation, userId) });
  },
  "page of a customer": async ({ installation, world }) => {
    await world.db.userCheck.updateMany({ data: { nextCheckAt: null } });
    for (const userId of STEADY) installation.parity.workspace.checkInBackground(userId);
    await installation.parity.checkout.sync({ userId: "ada", sessionId: null });
  },
} satisfies Record<
  string,
  (opened: AnswersWorld, changes: ReturnType<typeof sampleAnswerChanges>) => Promise<unknown>
>;
type CallerName = keyof typeof CALLERS;
const isCallerName = (name: string): name is CallerName => name in CALLERS;
const CALLER_NAMES = Object.keys(CALLERS).filter(isCallerName);

async function findCustomer({ db }: Pick<AnswersWorld["world"], "db">, userId: string): Promise<string> {
  return (await db.user.findUniqueOrThrow({ where: { id: userId } })).stripeCustomerId ?? "";
}

async function readRecords({ world: { db } }: AnswersWorld) {
  const id = { in: STEADY };
  return {
    users: await db.user.findMany({ where: { id }, orderBy: { id: "asc" } }),
    subscriptions: await db.billingSubscription.findMany({ where: { userId: id }, orderBy: { id: "asc" } }),
  };
}

/** Access that was lost, and recorded values that are gone. */
async function findLosses(
  opened: AnswersWorld,
  before: Awaited<ReturnType<typeof readRecords>>,
  when: string,
) {
  const findings: string[] = [];
  for (const id of STEADY) {
    const access = await readAccess(opened.world, id);
    if (access !== "active 5") findings.push(`${id} has ${access} ${when}`);
  }
  const after = await readRecords(opened);
  for (const kind of ["users", "subscriptions"] as const)
    for (const [index, row] of before[kind].entries())
      for (const [field, value] of Object.entries(row)) {
        const now: unknown = Reflect.get(after[kind][index] ?? {}, field);
        const isGone = now === null || now === undefined || now === "";
        if (isGone && value !== null && value !== "")
          findings.push(
            `${kind}.${field} of ${before[kind][index]?.id} was ${String(value)}, and is gone ${when}`,
          );
      }
  return findings;
}

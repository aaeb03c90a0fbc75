import { z } from "zod";
import { formatSeats } from "~/billing/seat-label";
import {
  listMappedNames,
  lockMappings,
  selectCustomersOfPrices,
} from "~/engine/account/price-mappings.server";
import { type Handler, type Prepared, type Refusal, refuse } from "~/engine/decisions/handler.server";
import { findLatestDecision, type StoredDecision } from "~/engine/decisions/store.server";
import {
  countUsersConcerned,
  enqueueRechecks,
  enqueueUsersConcerned,
  listUsersConcerned,
} from "~/engine/observe/recheck-queue.server";
import type { Tx } from "~/platform/client.server";
import { isPlainText } from "~/platform/plain-text";
import { idInput } from "./inputs.server";
import { MOST_COUNTED, MOST_WEIGHED } from "./weighed";

const SEATS = "Seats are a whole number from 0 to 999,999.";

const planInput = z.object({
  planId: idInput("a plan"),
  name: z
    .string({ error: "Give a name." })
    .trim()
    .min(1, "Give a name.")
    .max(100, "A name has at most 100 characters.")
    .refine(isPlainText, "The name has characters that cannot be stored."),
  seats: z
    .union(
      [
        z
          .string()
          .trim()
          .regex(/^\d{1,6}$/, SEATS),
        z.int().min(0).max(999_999),
      ],
      { error: SEATS },
    )
    .transform(Number),
  /** A new plan never replaces one that has the same id. */
  isNew: z.stringbool().default(false),
});

type PlanInput = z.output<typeof planInput>;
const kept = z.object({ name: z.string(), seats: z.number() }).nullable();
type Kept = z.output<typeof kept>;

/** A plan is created, or its name and seats are changed. */
export const setPlan: Handler<PlanInput> = {
  input: planInput,
  lock: () => ["prices"],
  prepare: (tx, input) => preparePlan(tx, input.planId, input, { mustBeNew: input.isNew }),
  revert: revertPlan,
};

async function preparePlan(
  tx: Tx,
  planId: string,
  to: NonNullable<Kept>,
  { mustBeNew }: { mustBeNew: boolean },
): Promise<Prepared | Refusal> {
  await lockMappings(tx);
  const after = { name: to.name, seats: to.seats };
  const before = await findPlan(tx, planId);
  if (mustBeNew && before !== null)
    return refuse("refused", `There is a plan ${planId} already: ${before.name}.`);
  const words = describePlan(planId, after);
  if (before?.name === after.name && before.seats === after.seats)
    return refuse(
      "already",
      `Nothing to change: ${words}`,
      (await findLatestDecision(tx, { planId })) ?? undefined,
    );
  return {
    ...(await findConcerned(tx, planId)),
    ...{ before, after, followUp: "evaluate" },
    sentence: before === null ? `New plan. ${words}` : `${words} Before: ${describePlan(planId, before)}`,
    async write(tx) {
      await tx.plan.upsert({ where: { id: planId }, create: { id: planId, ...after }, update: after });
      await enqueueConcerned(tx, planId);
    },
  };
}

/** A plan that was new is removed again, where nothing is mapped to it. */
async function revertPlan(tx: Tx, decision: StoredDecision): Promise<Prepared | Refusal> {
  const { planId = "" } = decision.subject;
  await lockMappings(tx);
  const now = await findPlan(tx, planId);
  const wrote = kept.parse(decision.after ?? null);
  const latest = async () => (await findLatestDecision(tx, { planId })) ?? undefined;
  if (now?.name !== wrote?.name || now?.seats !== wrote?.seats)
    return refuse("changed", `The plan ${planId} has changed since.`, await latest());
  const before = kept.parse(decision.before ?? null);
  if (before !== null) return preparePlan(tx, planId, before, { mustBeNew: false });
  const concerned = await findConcerned(tx, planId);
  if ((await listMappedNames(tx, planId)).length > 0 || concerned.comps.length > 0)
    return refuse("refused", `Prices or free access belong to the plan ${planId}. End them first.`);
  return {
    ...concerned,
    ...{ before: now, after: null, followUp: "evaluate" },
    sentence: `The plan ${planId} is removed.`,
    async write(tx) {
      await tx.plan.delete({ where: { id: planId } });
    },
  };
}

const describePlan = (planId: string, { name, seats }: NonNullable<Kept>) =>
  `${name} (${planId}) has ${formatSeats(seats)}${seats === 0 ? ": it gives no access" : ""}.`;

const findPlan = (tx: Tx, id: string): Promise<Kept> =>
  tx.plan.findUnique({ where: { id }, select: { name: true, seats: true } });

const selectPayers = async (tx: Tx, planId: string) =>
  selectCustomersOfPrices(await listMappedNames(tx, planId));

/** Who pays a price of the plan, or has it for free. */
async function findConcerned(tx: Tx, planId: string) {
  const payers = await selectPayers(tx, planId);
  const listed = await listUsersConcerned(tx, payers, MOST_WEIGHED);
  const comps = await listUsersWithComp(tx, planId);
  const userIds = [...new Set([...listed, ...comps])].slice(0, MOST_WEIGHED);
  const more = listed.length < MOST_WEIGHED ? 0 : await countUsersConcerned(tx, payers, MOST_COUNTED);
  return {
    ok: true as const,
    subject: { planId },
    comps,
    userIds,
    usersTotal: Math.max(userIds.length, more),
  };
}

async function listUsersWithComp(tx: Tx, planId: string): Promise<string[]> {
  const comps = await tx.comp.findMany({
    where: { planId, revokedAt: null, expiresAt: { gt: new Date() } },
    select: { userId: true },
    take: MOST_WEIGHED,
  });
  return comps.map(({ userId }) => userId);
}

async function enqueueConcerned(tx: Tx, planId: string): Promise<void> {
  await enqueueUsersConcerned(tx, await selectPayers(tx, planId));
  await enqueueRechecks(tx, await listUsersWithComp(tx, planId));
}

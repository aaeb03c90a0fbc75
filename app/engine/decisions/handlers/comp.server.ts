import { z } from "zod";
import { formatDay } from "~/billing/dates";
import { formatSeats } from "~/billing/seat-label";
import { findEvaluated } from "~/engine/decisions/find-evaluated.server";
import {
  type DecisionContext,
  type Handler,
  type Prepared,
  type Refusal,
  refuse,
} from "~/engine/decisions/handler.server";
import { findLatestDecision } from "~/engine/decisions/store.server";
import type { Tx } from "~/platform/client.server";
import { idInput, userInput } from "./inputs.server";

const MOST_DAYS = 3_660;
const DAY = 86_400;

/** A day, whose end in UTC is the last moment; or epoch seconds. */
const until = z.union(
  [z.number().int().positive(), z.iso.date().transform((day) => Date.parse(`${day}T23:59:59Z`) / 1000)],
  "Give the last day as YYYY-MM-DD.",
);

const compInput = userInput.extend({ planId: idInput("a plan"), until });
type CompInput = z.infer<typeof compInput>;

const endInput = userInput.extend({ compId: idInput("a comp").optional() });
type EndInput = z.infer<typeof endInput>;

const given = z.object({ compId: z.string() });
const ended = z.object({ compIds: z.array(z.string()) });

const lock = ({ userId }: { userId: string }) => [`user:${userId}`];

/** Complimentary access: a plan, until a day. */
export const giveComp: Handler<CompInput> = {
  input: compInput,
  lock,
  async prepare(tx, { userId, planId, until }, context) {
    const found = await findEvaluated(tx, userId, context);
    if (!found.ok) return found;
    const { now, rules } = context.evaluation;
    const plan = rules.catalogue.plans.get(planId);
    if (!plan) return refuse("refused", `There is no plan ${planId}.`);
    if (plan.seats === 0) return refuse("refused", `The plan ${plan.name} has no seats: it gives no access.`);
    if (until <= now) return refuse("refused", "The last day is over already.");
    if (until > now + MOST_DAYS * DAY) return refuse("refused", "Free access lasts ten years at most.");
    const same = await tx.comp.findFirst({
      where: { userId, planId, revokedAt: null, expiresAt: new Date(until * 1000) },
    });
    if (same !== null) {
      const decision = await findLatestDecision(tx, { userId });
      return refuse("already", `${found.name} has this free access already.`, decision ?? undefined);
    }
    const compId = crypto.randomUUID();
    const { actorName: actor, reason } = context;
    return {
      ok: true,
      subject: { userId, planId },
      userIds: [userId],
      before: null,
      after: { compId, planId, until },
      sentence: `${found.name} has free access: ${plan.name} with ${formatSeats(plan.seats)}, until ${formatDay(until)}.`,
      followUp: "sync",
      write: async (tx) =>
        void (await tx.$executeRaw`INSERT INTO parity."Comp" (id, "userId", "planId", reason, actor, "createdAt", "expiresAt")
          VALUES (${compId}, ${userId}, ${planId}, ${reason}, ${actor}, now(), to_timestamp(${until}::float8))`),
    };
  },
  revert: (tx, { subject: { userId = "" }, after }, context) =>
    end(tx, { userId, compId: given.parse(after).compId }, context, "changed"),
};

export const endComp: Handler<EndInput> = {
  input: endInput,
  lock,
  prepare: (tx, input, context) => end(tx, input, context, "already"),
  async revert(tx, { subject: { userId = "" }, before }, context) {
    const found = await findEvaluated(tx, userId, context);
    if (!found.ok) return found;
    const { compIds } = ended.parse(before);
    const now = new Date(context.evaluation.now * 1000);
    const rows = await tx.comp.findMany({
      where: { id: { in: compIds }, revokedAt: { not: null }, expiresAt: { gt: now } },
    });
    if (rows.length === 0) return refuse("changed", `The free access of ${found.name} would be over anyway.`);
    const ids = rows.map(({ id }) => id);
    return {
      ok: true,
      subject: { userId },
      userIds: [userId],
      before: null,
      after: { compIds: ids },
      sentence: `${found.name} has free access again.`,
      followUp: "sync",
      write: async (tx) =>
        void (await tx.$executeRaw`UPDATE parity."Comp" SET "revokedAt" = NULL WHERE id = ANY(${ids})`),
    };
  },
};

/** Ends what runs: one comp, or all of the user's. */
async function end(
  tx: Tx,
  { userId, compId }: EndInput,
  context: DecisionContext,
  whenNone: "already" | "changed",
): Promise<Prepared | Refusal> {
  const found = await findEvaluated(tx, userId, context);
  if (!found.ok) return found;
  const now = new Date(context.evaluation.now * 1000);
  const rows = await tx.comp.findMany({
    where: { userId, revokedAt: null, expiresAt: { gt: now }, ...(compId !== undefined && { id: compId }) },
    orderBy: { id: "asc" },
  });
  if (rows.length === 0) {
    const decision = await findLatestDecision(tx, { userId });
    return refuse(whenNone, `${found.name} has no free access that could be ended.`, decision ?? undefined);
  }
  const ids = rows.map(({ id }) => id);
  return {
    ok: true,
    subject: { userId },
    userIds: [userId],
    before: { compIds: ids },
    after: null,
    sentence: `The free access of ${found.name} is ended.`,
    followUp: "sync",
    mayRevoke: true,
    write: async (tx) =>
      void (await tx.$executeRaw`UPDATE parity."Comp" SET "revokedAt" = now() WHERE id = ANY(${ids})`),
  };
}

import { z } from "zod";
import { describeAcknowledged } from "~/billing/evaluation/acknowledged";
import { VERDICT_CATALOGUE, type Verdict } from "~/billing/verdicts/catalogue";
import { findEvaluated } from "~/engine/decisions/find-evaluated.server";
import { type DecisionContext, type Handler, refuse } from "~/engine/decisions/handler.server";
import { findLatestDecision } from "~/engine/decisions/store.server";
import type { Tx } from "~/platform/client.server";
import { userInput } from "./inputs.server";

type UserInput = z.infer<typeof userInput>;

/** An acknowledgement as it is kept with a decision, to be put back. */
const kept = z.object({ mismatches: z.string(), reason: z.string(), actor: z.string() });
type Kept = z.infer<typeof kept>;

const lock = ({ userId }: UserInput) => [`user:${userId}`];

async function findKept(tx: Tx, userId: string): Promise<Kept | null> {
  const row = await tx.acknowledgement.findUnique({ where: { userId } });
  return row && kept.parse(row);
}

/** Puts this acknowledgement in the place of any other; null: there is none afterwards. */
async function put(tx: Tx, userId: string, one: Kept | null): Promise<void> {
  await tx.acknowledgement.deleteMany({ where: { userId } });
  if (one)
    await tx.$executeRaw`INSERT INTO parity."Acknowledgement" ("userId", mismatches, reason, actor, "createdAt")
      VALUES (${userId}, ${one.mismatches}, ${one.reason}, ${one.actor}, now())`;
}

/**
 * What a person has just decided against, and what would be asked again in the same words: it counts as seen, until something
 * about it changes.
 */
export async function acknowledgeIfSame(
  tx: Tx,
  { userId, verdict }: { userId: string; verdict: Verdict },
  context: DecisionContext,
): Promise<void> {
  const found = await findEvaluated(tx, userId, context);
  if (!found.ok) return;
  const { evaluation, snapshot } = found.user;
  if (evaluation.verdict !== verdict || VERDICT_CATALOGUE[verdict].class !== "review") return;
  const mismatches = describeAcknowledged(evaluation, snapshot.record);
  if (mismatches !== null)
    await put(tx, userId, { mismatches, reason: context.reason, actor: context.actorName });
}

/** Staff have seen what differs, and leave it so; another mismatch needs a decision again. */
export const acknowledge: Handler<UserInput> = {
  input: userInput,
  lock,
  async prepare(tx, { userId }, context) {
    const found = await findEvaluated(tx, userId, context);
    if (!found.ok) return found;
    const { evaluation, snapshot } = found.user;
    const mismatches = describeAcknowledged(evaluation, snapshot.record);
    if (mismatches === null)
      return refuse("refused", `${found.name} has nothing that could be acknowledged: nothing differs.`);
    if (evaluation.flags.includes("acknowledged")) {
      const decision = await findLatestDecision(tx, { userId });
      return refuse("already", `${found.name} is acknowledged already.`, decision ?? undefined);
    }
    const before = await findKept(tx, userId);
    const after: Kept = { mismatches, reason: context.reason, actor: context.actorName };
    return {
      ok: true,
      subject: { userId },
      userIds: [userId],
      before,
      after,
      sentence: `${found.name} is acknowledged, until what differs changes.`,
      followUp: "evaluate",
      write: (tx) => put(tx, userId, after),
    };
  },
  revert: (tx, { subject: { userId = "" }, before, after }, context) =>
    putBack(tx, { userId, from: kept.parse(after), to: before == null ? null : kept.parse(before) }, context),
};

export const endAcknowledgement: Handler<UserInput> = {
  input: userInput,
  lock,
  async prepare(tx, { userId }, context) {
    const found = await findEvaluated(tx, userId, context);
    if (!found.ok) return found;
    const before = await findKept(tx, userId);
    if (before === null) {
      const decision = await findLatestDecision(tx, { userId });
      return refuse("already", `${found.name} is not acknowledged.`, decision ?? undefined);
    }
    return {
      ok: true,
      subject: { userId },
      userIds: [userId],
      before,
      after: null,
      sentence: `${found.name} is not acknowledged any more.`,
      followUp: "evaluate",
      write: (tx) => put(tx, userId, null),
    };
  },
  revert: (tx, { subject: { userId = "" }, before }, context) =>
    putBack(tx, { userId, from: null, to: kept.parse(before) }, context),
};

async function putBack(
  tx: Tx,
  { userId, from, to }: { userId: string; from: Kept | null; to: Kept | null },
  context: Parameters<typeof findEvaluated>[2],
): Promise<ReturnType<typeof refuse> | Awaited<ReturnType<typeof acknowledge.prepare>>> {
  const found = await findEvaluated(tx, userId, context);
  if (!found.ok) return found;
  if (JSON.stringify(await findKept(tx, userId)) !== JSON.stringify(from))
    return refuse("changed", `The acknowledgement of ${found.name} has changed since.`);
  return {
    ok: true,
    subject: { userId },
    userIds: [userId],
    before: from,
    after: to,
    sentence: `${found.name} is ${to === null ? "not acknowledged any more" : "acknowledged again"}.`,
    followUp: "evaluate",
    write: (tx) => put(tx, userId, to),
  };
}

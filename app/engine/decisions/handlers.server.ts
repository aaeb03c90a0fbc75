import { z } from "zod";
import type { Tx } from "~/platform/client.server";
import { type DecisionContext, type Handler, type Prepared, type Refusal, refuse } from "./handler.server";
import { acknowledge, endAcknowledgement } from "./handlers/acknowledge.server";
import { endComp, giveComp } from "./handlers/comp.server";
import { hold, releaseHold } from "./handlers/hold.server";
import { idInput } from "./handlers/inputs.server";
import { confirmLink, rejectLink, settleConflict } from "./handlers/links.server";
import { payerNotOurs, payerOurs } from "./handlers/payers.server";
import { setPlan } from "./handlers/plans.server";
import { ignorePrice, mapPrice, unmapPrice } from "./handlers/prices.server";
import { DECISION_KINDS, DECISIONS, isRevocationKind, isUndoKind, type RowKind } from "./kinds";
import { lockSubjects } from "./lock-subjects.server";
import { findDecision, findUndoing } from "./store.server";

/** A handler with its input still to be parsed. */
type AnyHandler = {
  /** What is wrong with the input, or the handler bound to it. */
  bind: (input: unknown) => { ok: true; handler: BoundHandler } | { ok: false; message: string };
  revert: Handler<never>["revert"];
};

export type BoundHandler = {
  lock: readonly string[];
  prepare: (...args: Tail<Parameters<Handler<never>["prepare"]>>) => ReturnType<Handler<never>["prepare"]>;
};

type Tail<Args> = Args extends [infer Tx, unknown, infer Context] ? [tx: Tx, context: Context] : never;

function toAny<Input>(handler: Handler<Input>): AnyHandler {
  return {
    revert: handler.revert,
    bind(input) {
      const parsed = handler.input.safeParse(input);
      if (!parsed.success)
        return { ok: false, message: parsed.error.issues[0]?.message ?? "The input is not valid." };
      const { data } = parsed;
      return {
        ok: true,
        handler: {
          lock: handler.lock(data),
          prepare: (tx, context) => handler.prepare(tx, data, context),
        },
      };
    },
  };
}

/** How each decision is made. */
export const HANDLERS: Record<RowKind, AnyHandler> = {
  hold: toAny(hold),
  release: toAny(releaseHold),
  give_comp: toAny(giveComp),
  end_comp: toAny(endComp),
  acknowledge: toAny(acknowledge),
  end_acknowledgement: toAny(endAcknowledgement),
  confirm_link: toAny(confirmLink),
  link_payer: toAny(confirmLink),
  reject_link: toAny(rejectLink),
  settle_conflict: toAny(settleConflict),
  payer_not_ours: toAny(payerNotOurs),
  payer_ours: toAny(payerOurs),
  map_price: toAny(mapPrice),
  ignore_price: toAny(ignorePrice),
  unmap_price: toAny(unmapPrice),
  set_plan: toAny(setPlan),
  undo_decision: toAny({
    input: z.object({ decisionId: idInput("a decision") }),
    lock: ({ decisionId }) => [`decision:${decisionId}`],
    prepare: (tx, { decisionId }, context) => prepareUndo(tx, decisionId, context),
  }),
};

/** Takes a decision back, where what it wrote still stands. */
async function prepareUndo(
  tx: Tx,
  decisionId: string,
  context: DecisionContext,
): Promise<Prepared | Refusal> {
  const decision = await findDecision(tx, decisionId);
  if (decision === null) return refuse("not_found", `There is no decision ${decisionId}.`);
  const undoing = await findUndoing(tx, decisionId);
  if (undoing !== null) return refuse("already", "It was undone already.", undoing);
  const kind = DECISION_KINDS.find((one) => one === decision.kind);
  if (kind && (isRevocationKind(kind) || isUndoKind(kind)))
    return refuse("refused", "Undo the change that it wrote, or sync the user.");
  const revert = kind && HANDLERS[kind].revert;
  if (!kind || !revert) return refuse("refused", "This decision cannot be undone.");
  const { userId, customerId } = decision.subject;
  await lockSubjects(tx, [
    ...(customerId === undefined ? [] : [`customer:${customerId}`]),
    ...(userId === undefined ? [] : [`user:${userId}`]),
  ]);
  const prepared = await revert(tx, decision, context);
  if (!prepared.ok) return prepared;
  return {
    ...prepared,
    subject: { ...decision.subject, ...prepared.subject },
    undoes: decisionId,
    needsAdmin: DECISIONS[kind].role === "admin" || prepared.needsAdmin,
  };
}

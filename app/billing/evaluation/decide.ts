import type { JudgeContext, Judgement } from "./judge";
import { evidenceForLowering, type NoEvidence } from "./lowering";
import { mismatchesBetween } from "~/billing/mismatches";
import type { Writes } from "~/billing/policy";
import type { BillingState } from "~/billing/record";
import type { Situation } from "~/billing/situation";
import { REVIEW_VERDICTS, SETTLED_VERDICTS } from "~/billing/verdicts";

/** Why a repair that is due is not made. */
export type WithheldReason = "writes_off" | "raise_only" | "on_hold" | "breaker" | NoEvidence;

export const WITHHELD_REASONS: readonly WithheldReason[] = [
  "writes_off",
  "raise_only",
  "on_hold",
  "breaker",
  "not_read_since",
  "customer_not_found",
  "no_positive_evidence",
  "possible_other_customer",
  "other_customers_unknown",
];

/** The state to write, which differs from the recorded one, and what it does to access. */
export type Repair = { after: BillingState; raises: boolean; lowers: boolean };

export type Decision =
  /** Nothing differs. */
  | { kind: "nothing" }
  /** Not completely observed. */
  | { kind: "not_checked" }
  /** Staff decide. */
  | { kind: "review" }
  /** Stripe must be asked first: the customers (a lowering), or the address (a link by e-mail). */
  | { kind: "read"; what: "customers" | "address" }
  /** Withheld; `unlock` is the part that is made all the same: the workspace of someone entitled. */
  | { kind: "withheld"; reason: WithheldReason; unlock: Repair | null }
  | { kind: "repair"; repair: Repair };

export type DecideInput = {
  situation: Situation;
  judgement: Judgement;
  context: JudgeContext;
  writes: Writes;
  /** Not staff: holds and the circuit breaker apply. */
  automatic: boolean;
  /** The breaker has room for one more lowering. */
  breakerHasRoom: boolean;
  /** An admin confirmed this user's lowering by name; `override` also without evidence. */
  confirmed: { override: boolean } | null;
};

/** What may be done about a judgement: all of "Do no harm" that concerns one user, in one place. */
export function decide(input: DecideInput): Decision {
  const { situation, judgement, writes, automatic } = input;
  if (SETTLED_VERDICTS.has(judgement.verdict)) return { kind: "nothing" };
  if (judgement.verdict === "not_checked") return { kind: "not_checked" };
  if (REVIEW_VERDICTS.has(judgement.verdict)) return { kind: "review" };
  if (writes === "off") return { kind: "withheld", reason: "writes_off", unlock: null };
  if (automatic && judgement.onHold) return { kind: "withheld", reason: "on_hold", unlock: null };
  if (judgement.emailLink !== null && !situation.knowledge.address) return { kind: "read", what: "address" };
  const repair: Repair = {
    after: judgement.expected,
    raises: judgement.raises,
    lowers: judgement.lowers,
  };
  if (!judgement.lowers) return { kind: "repair", repair };

  const withheld = (reason: WithheldReason): Decision => ({
    kind: "withheld",
    reason,
    unlock: unlockOf(situation, judgement),
  });
  if (input.confirmed?.override) return { kind: "repair", repair };
  if (writes === "raise_only" && input.confirmed === null) return withheld("raise_only");
  // Before the evidence: what waits for an admin anyway is not worth a request to Stripe in each run.
  if (automatic && !input.breakerHasRoom) return withheld("breaker");
  const evidence = evidenceForLowering({
    recorded: situation.record,
    customers: judgement.customers,
    suggestions: judgement.suggestions,
    othersKnown: situation.knowledge.pass || situation.knowledge.address,
    compIsOver: judgement.compIsOver,
    loweringStamp: situation.loweringStamp,
    ...input.context,
  });
  if (!evidence.ok && evidence.reason === "not_read_since") return { kind: "read", what: "customers" };
  if (!evidence.ok && evidence.reason === "other_customers_unknown") return { kind: "read", what: "address" };
  if (!evidence.ok) return withheld(evidence.reason);
  return { kind: "repair", repair };
}

/** Of a withheld repair only this: workspaces that are locked and should not be, for someone entitled. */
function unlockOf(situation: Situation, judgement: Judgement): Repair | null {
  if (!judgement.accessExpected) return null;
  const { record } = situation;
  const expected = new Map(judgement.expected.workspaces.map((workspace) => [workspace.id, workspace]));
  const workspaces = record.workspaces.map((workspace) => {
    const should = expected.get(workspace.id) ?? workspace;
    const isLocked = workspace.status !== "active" && should.status === "active";
    return isLocked ? should : workspace;
  });
  const after: BillingState = { user: record.user, billing: record.billing, workspaces };
  return mismatchesBetween(record, after).length === 0 ? null : { after, raises: true, lowers: false };
}

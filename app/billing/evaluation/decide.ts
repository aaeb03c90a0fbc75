import { mismatchesBetween } from "~/billing/mismatches";
import type { WriteMode } from "~/billing/policy";
import type { BillingState } from "~/billing/record";
import type { UserSnapshot } from "~/billing/snapshot";
import { REVIEW_VERDICTS, SETTLED_VERDICTS } from "~/billing/verdicts";
import type { Evaluation, PolicyContext } from "./evaluate";
import { evidenceForRevocation, type NoEvidence } from "./revocation";

/** Why a repair that is due is not made. */
export type BlockReason = "writes_off" | "grant_only" | "on_hold" | "revocation_limit" | NoEvidence;

export const BLOCK_REASONS: readonly BlockReason[] = [
  "writes_off",
  "grant_only",
  "on_hold",
  "revocation_limit",
  "not_read_since",
  "customer_not_found",
  "no_positive_evidence",
  "possible_other_customer",
  "other_customers_unknown",
];

/** The state to write, which differs from the recorded one, and what it does to access. */
export type Repair = { after: BillingState; grants: boolean; revokes: boolean };

export type Decision =
  /** Nothing differs. */
  | { kind: "nothing" }
  /** Not completely observed. */
  | { kind: "not_checked" }
  /** Staff decide. */
  | { kind: "review" }
  /** Stripe must be asked first: the customers (a revocation), or the address (a link by e-mail). */
  | { kind: "read"; what: "customers" | "address" }
  /** Blocked; `unlock` is the part that is made all the same: the workspace of someone entitled. */
  | { kind: "blocked"; reason: BlockReason; unlock: Repair | null }
  | { kind: "repair"; repair: Repair };

export type DecideInput = {
  snapshot: UserSnapshot;
  evaluation: Evaluation;
  context: PolicyContext;
  writeMode: WriteMode;
  /** Not staff: holds and the revocation limit apply. */
  automatic: boolean;
  /** The revocation limit has room for one more revocation. */
  revocationLimitHasRoom: boolean;
  /** An admin confirmed this user's revocation by name; `override` also without evidence. */
  confirmed: { override: boolean } | null;
};

/** What may be done about an evaluation: all of "Do no harm" that concerns one user, in one place. */
export function decide(input: DecideInput): Decision {
  const { snapshot, evaluation, writeMode, automatic } = input;
  if (SETTLED_VERDICTS.has(evaluation.verdict)) return { kind: "nothing" };
  if (evaluation.verdict === "not_checked") return { kind: "not_checked" };
  if (REVIEW_VERDICTS.has(evaluation.verdict)) return { kind: "review" };
  if (writeMode === "off") return { kind: "blocked", reason: "writes_off", unlock: null };
  if (automatic && evaluation.onHold) return { kind: "blocked", reason: "on_hold", unlock: null };
  if (evaluation.emailLink !== null && !snapshot.coverage.address) return { kind: "read", what: "address" };
  const repair: Repair = {
    after: evaluation.expected,
    grants: evaluation.grants,
    revokes: evaluation.revokes,
  };
  if (!evaluation.revokes) return { kind: "repair", repair };

  const blocked = (reason: BlockReason): Decision => ({
    kind: "blocked",
    reason,
    unlock: unlockOf(snapshot, evaluation),
  });
  if (input.confirmed?.override) return { kind: "repair", repair };
  if (writeMode === "grant_only" && input.confirmed === null) return blocked("grant_only");
  // Before the evidence: what waits for an admin anyway is not worth a request to Stripe in each run.
  if (automatic && !input.revocationLimitHasRoom) return blocked("revocation_limit");
  const evidence = evidenceForRevocation({
    recorded: snapshot.record,
    customers: evaluation.customers,
    suggestions: evaluation.suggestions,
    othersKnown: snapshot.coverage.pass || snapshot.coverage.address,
    compIsOver: evaluation.compIsOver,
    revocationVersion: snapshot.revocationVersion,
    ...input.context,
  });
  if (!evidence.ok && evidence.reason === "not_read_since") return { kind: "read", what: "customers" };
  if (!evidence.ok && evidence.reason === "other_customers_unknown") return { kind: "read", what: "address" };
  if (!evidence.ok) return blocked(evidence.reason);
  return { kind: "repair", repair };
}

/** Of a blocked repair only this: workspaces that are locked and should not be, for someone entitled. */
function unlockOf(snapshot: UserSnapshot, evaluation: Evaluation): Repair | null {
  if (!evaluation.accessExpected) return null;
  const { record } = snapshot;
  const expected = new Map(evaluation.expected.workspaces.map((workspace) => [workspace.id, workspace]));
  const workspaces = record.workspaces.map((workspace) => {
    const should = expected.get(workspace.id) ?? workspace;
    const isLocked = workspace.status !== "active" && should.status === "active";
    return isLocked ? should : workspace;
  });
  const after: BillingState = { user: record.user, billing: record.billing, workspaces };
  return mismatchesBetween(record, after).length === 0 ? null : { after, grants: true, revokes: false };
}

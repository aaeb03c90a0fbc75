import { findMismatches } from "~/billing/mismatches";
import type { WriteMode } from "~/billing/policy";
import type { BillingState, UserRecord, WorkspaceRow } from "~/billing/record";
import type { UserSnapshot } from "~/billing/snapshot";
import type { BlockReason } from "~/billing/verdicts/block-reasons";
import { VERDICT_CATALOGUE } from "~/billing/verdicts/catalogue";
import type { Evaluation, PolicyContext } from "./evaluate";
import {
  checkRevocationEvidence,
  type EvidenceInput,
  takesPlanWord,
  takesStatus,
  takesStatusWord,
} from "./revocation";

/** The state to write, and what it does to access. */
export type Repair = { after: BillingState; grants: boolean; revokes: boolean };

export type Decision =
  /** Nothing differs. */
  | { kind: "nothing" }
  /** Not completely observed. */
  | { kind: "not_checked" }
  /** Staff decide. */
  | { kind: "review" }
  /** Stripe must be read first: the customers (a revocation), or the address (a link by email). */
  | { kind: "read"; what: "customers" | "address" }
  /** Blocked. `unlock` is the part that is still made: unlocking the workspaces of a user with a right to access. */
  | { kind: "blocked"; reason: BlockReason; unlock: Repair | null }
  | { kind: "repair"; repair: Repair };

export type DecideInput = {
  snapshot: UserSnapshot;
  evaluation: Evaluation;
  context: PolicyContext;
  writeMode: WriteMode;
  /** Not started by staff: holds and the revocation limit apply. */
  automatic: boolean;
  /** Staff started it for many users at once: holds and acknowledgements apply. */
  bulk?: boolean;
  /** The revocation limit has room for one more revocation. */
  revocationLimitHasRoom: boolean;
  /** An admin confirmed this user's revocation; `override` also without evidence. */
  approval: { override: boolean } | null;
  /** Stripe could not be read just now: nothing is taken. */
  unread?: boolean;
};

/** What may be done about an evaluation: all safety rules for one user, in one place. */
export function decide(input: DecideInput): Decision {
  const { snapshot, evaluation, writeMode, automatic, bulk = false } = input;
  const verdictClass = VERDICT_CATALOGUE[evaluation.verdict].class;
  if (verdictClass === "in_sync") return { kind: "nothing" };
  if (verdictClass === "unchecked") return { kind: "not_checked" };
  const keptByHold = (automatic || bulk) && evaluation.onHold;
  if (verdictClass === "review")
    return input.approval?.override &&
      writeMode !== "off" &&
      !keptByHold &&
      evaluation.overridden !== null &&
      findMismatches(snapshot.record, evaluation.overridden).length > 0
      ? { kind: "repair", repair: { after: evaluation.overridden, grants: false, revokes: true } }
      : { kind: "review" };
  if (writeMode === "off") return { kind: "blocked", reason: "writes_off", unlock: null };
  if (keptByHold) return { kind: "blocked", reason: "on_hold", unlock: null };
  if (bulk && evaluation.flags.includes("acknowledged"))
    return { kind: "blocked", reason: "acknowledged", unlock: null };
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
    unlock: buildUnlock(snapshot, evaluation, input.context),
  });
  if (input.approval?.override) return { kind: "repair", repair };
  if (writeMode === "grant_only" && input.approval === null) return blocked("grant_only");
  // By its own name, or no run would take it up again before the next full one.
  if (input.unread) return blocked("not_read_since");
  // Before the evidence: a revocation that waits for an admin is not worth a request to Stripe in each run.
  if (automatic && !input.revocationLimitHasRoom && input.approval === null)
    return blocked("revocation_limit");
  const evidence = checkRevocationEvidence(toEvidenceInput(snapshot, evaluation, input.context));
  if (!evidence.ok && evidence.reason === "not_read_since") return { kind: "read", what: "customers" };
  if (!evidence.ok && evidence.reason === "other_customers_unknown") return { kind: "read", what: "address" };
  if (!evidence.ok) return blocked(evidence.reason);
  return { kind: "repair", repair };
}

/** What a user's revocation is checked by. */
export const toEvidenceInput = (
  { record, coverage, revocationVersion }: UserSnapshot,
  { customers, links, matches, isAddressTrusted, compIsOver, expected, primary, accessExpected }: Evaluation,
  context: PolicyContext,
): EvidenceInput => ({
  recorded: record,
  takesStatus: takesStatus({
    ...context,
    ...{ recorded: record, expected, accessExpected },
    primary: primary?.subscription ?? null,
  }),
  customers,
  isContested: links.conflicts.some(({ isRecorded }) => isRecorded),
  withholding: matches.withholding,
  othersKnown: coverage.fullRun || coverage.address || !isAddressTrusted,
  ...{ compIsOver, revocationVersion },
  ...context,
});

/**
 * The part of a blocked repair that gives seats, for a user with a right to access: it unlocks workspaces, and adds seats
 * to those that have too few. For one without workspaces the status gives access. Null when there is none.
 */
function buildUnlock(
  { record }: UserSnapshot,
  evaluation: Evaluation,
  context: PolicyContext,
): Repair | null {
  if (!evaluation.accessExpected) return null;
  if (record.workspaces.length === 0) return buildStatusUnlock(record, evaluation, context);
  const expected = new Map(evaluation.expected.workspaces.map((workspace) => [workspace.id, workspace]));
  const workspaces = record.workspaces.map((workspace) => {
    const should = expected.get(workspace.id) ?? workspace;
    return gainsSeats(workspace, should) ? should : workspace;
  });
  const after: BillingState = { user: record.user, billing: record.billing, workspaces };
  return findMismatches(record, after).length === 0 ? null : { after, grants: true, revokes: false };
}

/** The status that gives access, and the plan, each only where that takes none that may give more. */
function buildStatusUnlock(
  record: UserRecord,
  { accessRecorded, expected, primary }: Evaluation,
  context: PolicyContext,
): Repair | null {
  if (accessRecorded) return null;
  const was = record.user;
  const should = expected.user;
  const keepsPlan = takesPlanWord(was.plan, should.plan, context);
  const rules = { ...context, primary: primary?.subscription ?? null };
  const keepsStatus = takesStatusWord(was.subscriptionStatus, should.subscriptionStatus, rules);
  const plan = keepsPlan ? was.plan : should.plan;
  const subscriptionStatus = keepsStatus ? was.subscriptionStatus : should.subscriptionStatus;
  const user = { ...was, subscriptionStatus, plan };
  const after: BillingState = { user, billing: record.billing, workspaces: [] };
  if (findMismatches(record, after).length === 0) return null;
  return { after, grants: true, revokes: false };
}

const gainsSeats = (was: WorkspaceRow, should: WorkspaceRow): boolean =>
  should.status === "active" && (was.status !== "active" || should.seats > was.seats);

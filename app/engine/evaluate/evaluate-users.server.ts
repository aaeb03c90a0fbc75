import { type Decision, decide, type Repair } from "~/billing/evaluation/decide";
import { type Evaluation, evaluate } from "~/billing/evaluation/evaluate";
import type { Version } from "~/billing/observation";
import { listPaddedIds } from "~/billing/record";
import type { UserSnapshot } from "~/billing/snapshot";
import type { BlockReason } from "~/billing/verdicts/block-reasons";
import type { Flag } from "~/billing/verdicts/flags";
import { SEVERITY_RANK } from "~/billing/verdicts/severity";
import type { EvaluationContext } from "./deps.server";
import { hashChange } from "./hash.server";
import type { LoadedSnapshot } from "./snapshots.server";
import type { SyncStatusRow } from "./sync-statuses.server";

/** One user, evaluated, with the decision what may be done. */
export type EvaluatedUser<S extends UserSnapshot = UserSnapshot> = {
  snapshot: S;
  evaluation: Evaluation;
  decision: Decision;
};

/** An admin approved this user's revocation by name; `override`: also without evidence, for the typed reason. */
export type RevocationApproval = { override: boolean; reason: string };

export type DecideOptions = {
  automatic: boolean;
  /** Staff started it for many users at once: holds and acknowledgements apply. */
  bulk?: boolean;
  revocationLimitHasRoom: boolean;
  approval: { override: boolean } | null;
  /** Only reads that started after this are evidence, whenever the revocation was first evaluated. */
  evidenceAfter?: Version | null;
  /** Stripe could not be read just now: nothing is taken. */
  unread?: boolean;
};

/** What a person sees who looks at a user: no limit and no approval applies. */
export const AS_STAFF: DecideOptions = { automatic: false, revocationLimitHasRoom: true, approval: null };

/** Evaluates one user and decides what may be done. Pure. */
export function evaluateUser<S extends UserSnapshot>(
  snapshot: S,
  context: EvaluationContext,
  options: DecideOptions,
): EvaluatedUser<S> {
  const evaluation = evaluate(snapshot, context.rules);
  return { snapshot, evaluation, decision: decideUser(snapshot, evaluation, context, options) };
}

/** What may be done about an evaluation, under other options than before. Pure. */
export function decideUser(
  snapshot: UserSnapshot,
  evaluation: Evaluation,
  context: EvaluationContext,
  { evidenceAfter, ...options }: DecideOptions,
): Decision {
  const { revocationVersion } = snapshot;
  const notBefore =
    revocationVersion === null ? null : Math.max(revocationVersion, evidenceAfter ?? revocationVersion);
  return decide({
    snapshot: notBefore === revocationVersion ? snapshot : { ...snapshot, revocationVersion: notBefore },
    evaluation,
    context: context.rules,
    writeMode: context.settings.writeMode,
    ...options,
  });
}

/** The repair that may be made now: all of it, or the part of a blocked one that unlocks; null for none. */
export function chooseRepair(decision: Decision): Repair | null {
  if (decision.kind === "repair") return decision.repair;
  return decision.kind === "blocked" ? decision.unlock : null;
}

export const findBlockReason = (decision: Decision): BlockReason | null =>
  decision.kind === "blocked" ? decision.reason : null;

/** Ids of all customers that a complete read of this user must read, those never seen included. */
export const listCustomersToRead = ({ links, emailLink }: Evaluation) =>
  emailLink === null ? links.customerIds : [...links.customerIds, emailLink];

/** Hash of the change that a repair would make; null when it would make none. */
export function hashIntended({ snapshot, evaluation, decision }: EvaluatedUser): string | null {
  const intends = decision.kind === "repair" || decision.kind === "read" || decision.kind === "blocked";
  const newRow = snapshot.record.billing === null ? evaluation.expected.billing : null;
  return intends ? hashChange(evaluation.mismatches, newRow) : null;
}

/** Flags of the evaluation, and whether a revocation is blocked. */
export function listFlags({ evaluation }: Pick<EvaluatedUser, "evaluation">, blocked: string | null): Flag[] {
  return blocked !== null && evaluation.revokes ? [...evaluation.flags, "not_revoked"] : evaluation.flags;
}

/**
 * Is nothing wrong with this user, and had nothing a part in that but the user's own record, what Stripe says of the customers
 * that only this user is linked to, and the rules? While these are the same, and no time passes that the evaluation names, another
 * evaluation would say the same: a scheduled full run leaves such a user out (runs/phases/settled-users.server.ts).
 */
function isSettled({ snapshot, evaluation, decision }: EvaluatedUser<LoadedSnapshot>): boolean {
  const { record, held } = snapshot;
  const isOwn = (userId: string) => userId === record.userId;
  const { customerIds } = evaluation.links;
  return (
    decision.kind === "nothing" &&
    evaluation.findings.completelyObserved &&
    evaluation.flags.length === 0 &&
    snapshot.edges.every(({ userId }) => isOwn(userId)) &&
    customerIds.length === snapshot.customers.length &&
    snapshot.customers.every(({ state }) => state === "present") &&
    // A customer that the user's address leads to as well as a link.
    snapshot.emailCandidates.every(
      ({ customer, linkedUserIds }) => customerIds.includes(customer.id) && linkedUserIds.every(isOwn),
    ) &&
    snapshot.references.length + snapshot.rejections.length === 0 &&
    held.customerIds.length + held.subscriptionIds.length + held.orphanedSubscriptionIds.length === 0 &&
    snapshot.comps.length === 0 &&
    snapshot.hold === null &&
    snapshot.acknowledged === null &&
    snapshot.lookupFailure === null
  );
}

/**
 * Had another user a part in this: a claim on one of the user's customers, or on one that the address or a reference leads to,
 * the same address, verified, or a row that a deleted user left? What the other one's record says may change without this one's.
 */
function isEntangled({
  edges,
  customers,
  emailCandidates,
  references,
  ...snapshot
}: LoadedSnapshot): boolean {
  const { record, held, verifiedUsersWithEmail } = snapshot;
  const isOther = (userId: string) => userId !== record.userId;
  const isThere = (id: string) => customers.some((one) => one.id === id && one.state !== "missing");
  return (
    edges.some(
      ({ userId, customerId, source }) => isOther(userId) && (source === "confirmed" || isThere(customerId)),
    ) ||
    [...emailCandidates, ...references].some(({ linkedUserIds }) => linkedUserIds.some(isOther)) ||
    (verifiedUsersWithEmail ?? 0) > (record.emailVerified ? 1 : 0) ||
    held.orphanedSubscriptionIds.length > 0
  );
}

/** The row of `SyncStatus` for an evaluated user. */
export function toSyncStatus(evaluated: EvaluatedUser<LoadedSnapshot>): SyncStatusRow {
  const { snapshot, evaluation } = evaluated;
  const reason = findBlockReason(evaluated.decision);
  // It keeps only runs of staff away.
  const blocked = reason === "acknowledged" ? null : reason;
  return {
    userId: snapshot.record.userId,
    verdict: evaluation.verdict,
    severity: SEVERITY_RANK[evaluation.severity],
    flags: listFlags(evaluated, blocked),
    mismatches: evaluation.mismatches,
    stripeStatus: evaluation.primary?.subscription.status ?? null,
    stripePlan: evaluation.primary?.plan?.id ?? null,
    moneyKind: evaluation.money?.kind ?? null,
    moneyPerMonth: evaluation.money?.perMonth ?? null,
    moneyCurrency: evaluation.money?.currency ?? null,
    since: evaluation.since,
    blocked,
    intendedHash: hashIntended(evaluated),
    revokes: evaluation.revokes,
    observedAt: snapshot.observedAt,
    nextCheckAt: evaluation.nextCheckAt,
    settled: isSettled(evaluated),
    entangled: isEntangled(snapshot),
    paddedIds: listPaddedIds(snapshot.record),
    stored: snapshot.stored,
  };
}

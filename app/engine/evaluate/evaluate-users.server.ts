import { type BlockReason, type Decision, decide, type Repair } from "~/billing/evaluation/decide";
import { type Evaluation, evaluate } from "~/billing/evaluation/evaluate";
import type { Version } from "~/billing/observation";
import type { UserSnapshot } from "~/billing/snapshot";
import { type Flag, SEVERITY_RANK } from "~/billing/verdicts";
import type { EvaluationContext } from "./deps.server";
import { intendedHash } from "./hash.server";
import type { LoadedSnapshot } from "./snapshots.server";
import type { StandingRow } from "./sync-statuses.server";

/** One user, evaluated, with what may be done about it. */
export type Evaluated<S extends UserSnapshot = UserSnapshot> = {
  snapshot: S;
  evaluation: Evaluation;
  decision: Decision;
};

export type DecideHow = {
  automatic: boolean;
  revocationLimitHasRoom: boolean;
  confirmed: { override: boolean } | null;
  /** Only reads that started after this are evidence, whenever the revocation was first evaluated. */
  evidenceAfter?: Version | null;
};

export function evaluateOne<S extends UserSnapshot>(
  snapshot: S,
  ground: EvaluationContext,
  { automatic, revocationLimitHasRoom, confirmed, evidenceAfter }: DecideHow,
): Evaluated<S> {
  const evaluation = evaluate(snapshot, ground.context);
  const { revocationVersion } = snapshot;
  const notBefore =
    revocationVersion === null ? null : Math.max(revocationVersion, evidenceAfter ?? revocationVersion);
  const decision = decide({
    snapshot: notBefore === revocationVersion ? snapshot : { ...snapshot, revocationVersion: notBefore },
    evaluation,
    context: ground.context,
    writeMode: ground.settings.writeMode,
    automatic,
    revocationLimitHasRoom,
    confirmed,
  });
  return { snapshot, evaluation, decision };
}

/** The repair that may be made now: all of it, or what is made of a blocked one; null for none. */
export function repairOf(decision: Decision): Repair | null {
  if (decision.kind === "repair") return decision.repair;
  return decision.kind === "blocked" ? decision.unlock : null;
}

export const blockReason = (decision: Decision): BlockReason | null =>
  decision.kind === "blocked" ? decision.reason : null;

/** Ids of all customers that a complete read of this user must read, those never seen included. */
export const customerIdsOf = ({ links, emailLink }: Evaluation) =>
  emailLink === null ? links.customerIds : [...links.customerIds, emailLink];

/** Hash of the change that a repair would make; null when it would make none. */
export function hashOf({ snapshot, evaluation, decision }: Evaluated): string | null {
  const intends = decision.kind === "repair" || decision.kind === "read" || decision.kind === "blocked";
  const newRow = snapshot.record.billing === null ? evaluation.expected.billing : null;
  return intends ? intendedHash(evaluation.mismatches, newRow) : null;
}

/** Flags of the evaluation, and whether a revocation is blocked. */
export function flagsOf({ evaluation }: Pick<Evaluated, "evaluation">, blocked: string | null): Flag[] {
  return blocked !== null && evaluation.revokes ? [...evaluation.flags, "not_revoked"] : evaluation.flags;
}

/** The row of `Standing` for a evaluated user. */
export function toSyncStatus(evaluated: Evaluated<LoadedSnapshot>): StandingRow {
  const { snapshot, evaluation } = evaluated;
  const blocked = blockReason(evaluated.decision);
  return {
    userId: snapshot.record.userId,
    verdict: evaluation.verdict,
    severity: SEVERITY_RANK[evaluation.severity],
    flags: flagsOf(evaluated, blocked),
    mismatches: evaluation.mismatches,
    stripeStatus: evaluation.counting?.subscription.status ?? null,
    stripePlan: evaluation.counting?.plan?.id ?? null,
    moneyKind: evaluation.money?.kind ?? null,
    moneyPerMonth: evaluation.money?.perMonth ?? null,
    moneyCurrency: evaluation.money?.currency ?? null,
    since: evaluation.since,
    blocked,
    intendedHash: hashOf(evaluated),
    revokes: evaluation.revokes,
    observedAt: snapshot.observedAt,
    nextCheckAt: evaluation.nextCheckAt,
    kept: snapshot.kept,
  };
}

import type { BlockReason } from "~/billing/evaluation/decide";
import { type Mismatch, mismatchesBetween } from "~/billing/mismatches";
import type { Verdict } from "~/billing/verdicts";
import { type Evaluated, hashOf } from "~/engine/evaluate/evaluate-users.server";
import type { RepairRow } from "./repairs.server";
import type { RunOutcome } from "./run-words";

/** What reconciling came to for one user. */
export type UserOutcome = {
  userId: string;
  outcome: RunOutcome | "in_sync";
  /** Why it was blocked, or how it failed; null otherwise. */
  reason: BlockReason | string | null;
  /** Stripe must be asked before more can be done. */
  needs: "customers" | "address" | null;
  before: Evaluated;
  verdictAfter: Verdict;
  /** What was written. */
  changes: Mismatch[];
  grants: boolean;
  revokes: boolean;
  intendedHash: string | null;
};

/** Is what would be written for this user what was previewed, by the hash of it? */
export const isPreviewed = (evaluated: Evaluated, previewed: ReadonlyMap<string, string>) =>
  previewed.get(evaluated.snapshot.record.userId) === hashOf(evaluated);

type OutcomeInput = {
  userId: string;
  was: Evaluated;
  after: Evaluated;
  row: RepairRow | null;
  previewed: ReadonlyMap<string, string> | null;
};

/** What it came to for a user: as evaluated before and after, with the row that was written. */
export function userOutcomeOf(what: OutcomeInput): UserOutcome {
  const { userId, was, after, row } = what;
  const { evaluation } = was;
  const { outcome, reason = null, needs = null } = cameTo(what);
  return {
    userId,
    outcome,
    reason,
    needs,
    before: was,
    verdictAfter: after.evaluation.verdict,
    changes: row ? mismatchesBetween(row.before, row.after) : [],
    grants: evaluation.grants,
    revokes: evaluation.revokes,
    intendedHash: hashOf(was),
  };
}

type CameTo = Pick<UserOutcome, "outcome"> & Partial<Pick<UserOutcome, "reason" | "needs">>;
const IN_SYNC: CameTo = { outcome: "in_sync" };

function cameTo({ was, row, previewed }: OutcomeInput): CameTo {
  const { decision } = was;
  if (decision.kind === "nothing") return IN_SYNC;
  const isOther = previewed && !isPreviewed(was, previewed);
  switch (decision.kind) {
    case "not_checked":
      return { outcome: "not_checked" };
    case "review":
      return { outcome: "review" };
    case "blocked":
      return { outcome: "blocked", reason: decision.reason };
    case "read":
      return isOther ? { outcome: "changed_since_preview" } : { outcome: "intended", needs: decision.what };
    case "repair":
      if (row) return { outcome: "synced" };
      return { outcome: isOther ? "changed_since_preview" : "intended" };
  }
}

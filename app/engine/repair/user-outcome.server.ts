import { findMismatches, type Mismatch } from "~/billing/mismatches";
import type { BlockReason } from "~/billing/verdicts/block-reasons";
import type { Verdict } from "~/billing/verdicts/catalogue";
import { type EvaluatedUser, hashIntended } from "~/engine/evaluate/evaluate-users.server";
import type { RepairRow } from "./repairs.server";
import type { RunOutcome } from "./run-types";

/** The result of reconciling one user. */
export type UserOutcome = {
  userId: string;
  outcome: RunOutcome | "in_sync";
  /** Why it was blocked, or how it failed; null otherwise. */
  reason: BlockReason | string | null;
  /** Stripe must be asked before more can be done. */
  needs: "customers" | "address" | null;
  before: EvaluatedUser;
  verdictAfter: Verdict;
  /** What was written. */
  changes: Mismatch[];
  grants: boolean;
  revokes: boolean;
  intendedHash: string | null;
};

/** Is what would be written for this user what was previewed, by the hash of it? */
export const isPreviewed = (evaluated: EvaluatedUser, previewed: ReadonlyMap<string, string>) =>
  previewed.get(evaluated.snapshot.record.userId) === hashIntended(evaluated);

type OutcomeInput = {
  userId: string;
  before: EvaluatedUser;
  after: EvaluatedUser;
  row: RepairRow | null;
  previewed: ReadonlyMap<string, string> | null;
};

/** The result of reconciling a user: as evaluated before and after, with the row that was written. */
export function toUserOutcome(input: OutcomeInput): UserOutcome {
  const { userId, before, after, row } = input;
  const { evaluation } = before;
  const { outcome, reason = null, needs = null } = conclude(input);
  return {
    userId,
    outcome,
    reason,
    needs,
    before,
    verdictAfter: after.evaluation.verdict,
    changes: row ? findMismatches(row.before, row.after) : [],
    grants: evaluation.grants,
    revokes: evaluation.revokes,
    intendedHash: hashIntended(before),
  };
}

type Conclusion = Pick<UserOutcome, "outcome"> & Partial<Pick<UserOutcome, "reason" | "needs">>;
const IN_SYNC: Conclusion = { outcome: "in_sync" };

function conclude({ before, row, previewed }: OutcomeInput): Conclusion {
  const { decision } = before;
  if (decision.kind === "nothing") return IN_SYNC;
  const isOther = previewed && !isPreviewed(before, previewed);
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

import { findTaken, isEntitled, type Taken } from "~/billing/evaluation/taken";
import type { RecordFields } from "~/billing/fields";
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
  /** The fields that the application records. */
  fields: RecordFields;
  verdictAfter: Verdict;
  /** What was written. */
  changes: Mismatch[];
  grants: boolean;
  revokes: boolean;
  /** What is taken, or was; null where nothing is revoked. */
  taken: Taken | null;
  intendedHash: string | null;
};

/**
 * What a preview said: the hash of each user's change, whether it intended the change or said that it was blocked, and the
 * users that staff left out of it.
 */
export type Previewed = {
  changes: ReadonlyMap<string, { hash: string; intended: boolean }>;
  leftOut: ReadonlySet<string>;
};

/**
 * Is what would be written for this user what was previewed, by the hash of it, and not left out? Of a change that the preview
 * called blocked only the part that unlocks may be written, also when the reason has gone since.
 */
export const isPreviewed = (evaluated: EvaluatedUser, { changes, leftOut }: Previewed): boolean => {
  const { userId } = evaluated.snapshot.record;
  const previewed = changes.get(userId);
  if (leftOut.has(userId) || previewed?.hash !== hashIntended(evaluated)) return false;
  return previewed.intended || evaluated.decision.kind === "blocked";
};

type OutcomeInput = {
  userId: string;
  fields: RecordFields;
  before: EvaluatedUser;
  after: EvaluatedUser;
  row: RepairRow | null;
  previewed: Previewed | null;
};

/** The result of reconciling a user: as evaluated before and after, with the row that was written. */
export function toUserOutcome(input: OutcomeInput): UserOutcome {
  const { userId, fields, before, after, row } = input;
  const { outcome, reason = null, needs = null } = conclude(input);
  // What an admin overrides is not what the evaluation would do.
  const made = outcome === "synced" && row ? row : null;
  const { evaluation } = before;
  const { grants, revokes } = made ?? evaluation;
  const change = made ?? { before: before.snapshot.record, after: evaluation.expected };
  return {
    userId,
    outcome,
    reason,
    needs,
    before,
    fields,
    verdictAfter: after.evaluation.verdict,
    changes: row ? findMismatches(row.before, row.after, fields) : [],
    grants,
    revokes,
    taken: revokes
      ? findTaken({ before: change.before, after: change.after, isEntitled: isEntitled(evaluation) })
      : null,
    intendedHash: hashIntended(before),
  };
}

type Conclusion = Pick<UserOutcome, "outcome"> & Partial<Pick<UserOutcome, "reason" | "needs">>;
const IN_SYNC: Conclusion = { outcome: "in_sync" };

function conclude({ userId, before, row, previewed }: OutcomeInput): Conclusion {
  const { decision } = before;
  if (decision.kind === "nothing") return IN_SYNC;
  const isOther = previewed && !isPreviewed(before, previewed);
  const other: Conclusion = {
    outcome: previewed?.leftOut.has(userId) ? "left_out" : "changed_since_preview",
  };
  switch (decision.kind) {
    case "not_checked":
      return { outcome: "not_checked" };
    case "review":
      return { outcome: "review" };
    case "blocked":
      return { outcome: "blocked", reason: decision.reason };
    case "read":
      return isOther ? other : { outcome: "intended", needs: decision.what };
    case "repair":
      if (row) return { outcome: "synced" };
      return isOther ? other : { outcome: "intended" };
  }
}

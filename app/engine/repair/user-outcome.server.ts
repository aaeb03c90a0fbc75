import type { WithheldReason } from "~/billing/evaluation/decide";
import { type Mismatch, mismatchesBetween } from "~/billing/mismatches";
import type { Verdict } from "~/billing/verdicts";
import type { RepairRow } from "./repairs.server";
import type { RunOutcome } from "./run-words";
import { hashOf, type Judged } from "~/engine/evaluate/judge-users.server";

/** What reconciling came to for one user. */
export type UserOutcome = {
  userId: string;
  outcome: RunOutcome | "in_step";
  /** Why it was withheld, or how it failed; null otherwise. */
  reason: WithheldReason | string | null;
  /** Stripe must be asked before more can be done. */
  needs: "customers" | "address" | null;
  before: Judged;
  verdictAfter: Verdict;
  /** What was written. */
  changes: Mismatch[];
  raises: boolean;
  lowers: boolean;
  intendedHash: string | null;
};

/** Is what would be written for this user what was previewed, by the hash of it? */
export const isPreviewed = (judged: Judged, previewed: ReadonlyMap<string, string>) =>
  previewed.get(judged.situation.record.userId) === hashOf(judged);

type OutcomeInput = {
  userId: string;
  was: Judged;
  after: Judged;
  row: RepairRow | null;
  previewed: ReadonlyMap<string, string> | null;
};

/** What it came to for a user: as judged before and after, with the row that was written. */
export function userOutcomeOf(what: OutcomeInput): UserOutcome {
  const { userId, was, after, row } = what;
  const { judgement } = was;
  const { outcome, reason = null, needs = null } = cameTo(what);
  return {
    userId,
    outcome,
    reason,
    needs,
    before: was,
    verdictAfter: after.judgement.verdict,
    changes: row ? mismatchesBetween(row.before, row.after) : [],
    raises: judgement.raises,
    lowers: judgement.lowers,
    intendedHash: hashOf(was),
  };
}

type CameTo = Pick<UserOutcome, "outcome"> & Partial<Pick<UserOutcome, "reason" | "needs">>;
const IN_STEP: CameTo = { outcome: "in_step" };

function cameTo({ was, row, previewed }: OutcomeInput): CameTo {
  const { decision } = was;
  if (decision.kind === "nothing") return IN_STEP;
  const isOther = previewed && !isPreviewed(was, previewed);
  switch (decision.kind) {
    case "not_checked":
      return { outcome: "not_checked" };
    case "review":
      return { outcome: "review" };
    case "withheld":
      return { outcome: "withheld", reason: decision.reason };
    case "read":
      return isOther ? { outcome: "changed_since_preview" } : { outcome: "intended", needs: decision.what };
    case "repair":
      if (row) return { outcome: "synced" };
      return { outcome: isOther ? "changed_since_preview" : "intended" };
  }
}

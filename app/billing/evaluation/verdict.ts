import type { Counting } from "~/billing/choice";
import { isPlanMismatch, isStatusMismatch, isWorkspaceMismatch, type Mismatch } from "~/billing/mismatches";
import type { Comp } from "~/billing/snapshot";
import type { Verdict } from "~/billing/verdicts";

/** What the verdict is made of. */
export type Findings = {
  completelyObserved: boolean;
  linkConflict: boolean;
  customerGone: boolean;
  counting: Counting | null;
  accessExpected: boolean;
  accessRecorded: boolean;
  linkSuggested: boolean;
  comp: Comp | null;
  /** A comp of Parity's is over, and only what it gave differs. */
  compIsOver: boolean;
  mismatches: readonly Mismatch[];
};

/** The first verdict of the product paper's list that fits; exactly one fits each user. */
export function verdictOf(findings: Findings): Verdict {
  const { counting, accessExpected, accessRecorded, comp, mismatches } = findings;
  if (!findings.completelyObserved) return "not_checked";
  if (findings.linkConflict) return "link_conflict";
  if (findings.customerGone) return "missing_in_stripe";
  if (counting?.access === "review") return "unknown_status";
  if (counting?.access === "yes" && counting.plan === null) return "unmapped_price";
  if (accessExpected && !accessRecorded) return "locked_out";
  if (!accessExpected && findings.linkSuggested) return "possible_match";
  if (accessRecorded && !accessExpected && comp === null && !findings.compIsOver) return "unpaid_access";
  if (accessRecorded && accessExpected && mismatches.some(isPlanMismatch)) return "plan_mismatch";
  if (mismatches.some(isWorkspaceMismatch)) return "access_mismatch";
  if (mismatches.some(isStatusMismatch)) return "status_mismatch";
  if (mismatches.length > 0) return "detail_mismatch";
  return counting !== null || comp !== null ? "in_sync" : "no_subscription";
}

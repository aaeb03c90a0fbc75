import type { Counting } from "~/billing/choice";
import { isPlanMismatch, isStatusMismatch, isWorkspaceMismatch, type Mismatch } from "~/billing/mismatches";
import type { Comp } from "~/billing/situation";
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
  if (findings.customerGone) return "customer_gone";
  if (counting?.access === "review") return "unknown";
  if (counting?.access === "yes" && counting.plan === null) return "unknown_price";
  if (accessExpected && !accessRecorded) return "paid_not_recorded";
  if (!accessExpected && findings.linkSuggested) return "link_suggested";
  if (accessRecorded && !accessExpected && comp === null && !findings.compIsOver) return "recorded_not_paid";
  if (accessRecorded && accessExpected && mismatches.some(isPlanMismatch)) return "plan_differs";
  if (mismatches.some(isWorkspaceMismatch)) return "access_differs";
  if (mismatches.some(isStatusMismatch)) return "status_differs";
  if (mismatches.length > 0) return "details_differ";
  return counting !== null || comp !== null ? "in_sync" : "no_subscription";
}

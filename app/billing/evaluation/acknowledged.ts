import { findDoublePayment } from "~/billing/double-payment";
import { fingerprintMismatches } from "~/billing/mismatches";
import { readRecordedIds, type UserRecord } from "~/billing/record";
import { describeStripeState } from "~/billing/stripe-state";
import { VERDICT_CATALOGUE, type Verdict } from "~/billing/verdicts/catalogue";
import type { EvaluationDetails } from "./details";

type Acknowledgeable = Pick<
  EvaluationDetails,
  "mismatches" | "subscriptions" | "ranked" | "possibleMatches" | "links" | "accessRecorded"
> & { verdict: Verdict };

/**
 * A canonical text of what staff acknowledge: the mismatches and what is paid twice, or, where staff have to decide first, what
 * makes it so. When it changes, the user needs a decision again. Null when there is nothing to acknowledge.
 */
export function describeAcknowledged(evaluation: Acknowledgeable, record: UserRecord): string | null {
  const { verdict, mismatches } = evaluation;
  if (VERDICT_CATALOGUE[verdict].class === "review")
    return JSON.stringify([
      verdict,
      readRecordedIds(record),
      evaluation.accessRecorded,
      describeStripeState(evaluation.subscriptions),
      evaluation.possibleMatches,
      evaluation.links.conflicts,
    ]);
  const differing = mismatches.length === 0 ? null : fingerprintMismatches(mismatches);
  const twice = findDoublePayment(evaluation.ranked);
  return twice === null ? differing : JSON.stringify([differing, [...twice.subscriptionIds].sort()]);
}

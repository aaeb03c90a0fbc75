import type { Verdict } from "~/billing/verdicts/catalogue";
import { describePayment, namePlan } from "~/billing/words/phrases";
import { VERDICT_SENTENCES } from "~/billing/words/sentence";
import {
  type DescribeVerdict,
  describeAccessMismatch,
  describePlanMismatch,
  describeStart,
  describeStatusMismatch,
  explainUnpaid,
} from "~/billing/words/verdict-sentences";

/** What stands instead of the sentences of a product that is installed, which say what it will do next. */
const EXPLAINED: Partial<Record<Verdict, DescribeVerdict>> = {
  not_checked: () => "Stripe could not be read completely for this user.",
  locked_out: (details) =>
    `${describePayment(details.primary)} for ${namePlan(details.primary)} since ${describeStart(details)}; the record gives no access.`,
  unpaid_access: (details) =>
    `${explainUnpaid(details)} The record gives access.${details.possibleMatches.length > 0 ? ` ${details.possibleMatches.join(", ")} may be this user's payer.` : ""}`,
  unmapped_price: ({ unmapped }) =>
    `${describePayment(unmapped)}, and no plan is known for the price ${unmapped?.item?.priceId ?? "of this subscription"}.`,
  possible_match: ({ possibleMatches }) =>
    `${possibleMatches.join(", ")} pays and may be this user; nothing proves it.`,
  plan_mismatch: describePlanMismatch,
  access_mismatch: describeAccessMismatch,
  status_mismatch: describeStatusMismatch,
  detail_mismatch: () => "Access, plan and status are right; details such as ids and dates are not.",
  unknown_status: ({ primary }) =>
    `Stripe calls the subscription "${primary?.subscription.status ?? ""}", a status that is not known.`,
};

/** Why a user has this verdict, for a reader who has nothing installed. */
export const explainVerdict =
  (verdict: Verdict): DescribeVerdict =>
  (details, record) =>
    EXPLAINED[verdict]?.(details, record) ?? VERDICT_SENTENCES[verdict](details, record).replaceAll(NEXT, "");

/** What the product would do next. */
const NEXT = / (?:Nothing is changed|Until then)[^.]*\./g;

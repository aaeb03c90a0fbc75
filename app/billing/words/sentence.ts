import type { Evaluation } from "~/billing/evaluation/evaluate";
import type { UserRecord } from "~/billing/record";
import { BLOCK_REASON_CATALOGUE, type BlockReason } from "~/billing/verdicts/block-reasons";
import type { Verdict } from "~/billing/verdicts/catalogue";
import { describeSync } from "./phrases";
import {
  type DescribeVerdict,
  describeAccessMismatch,
  describeConflict,
  describeDetailMismatch,
  describeInSync,
  describeLockedOut,
  describeMissing,
  describeNoSubscription,
  describePlanMismatch,
  describePossibleMatches,
  describeStatusMismatch,
  describeUnknownStatus,
  describeUnmappedPrice,
  describeUnpaidAccess,
} from "./verdict-sentences";

/** A sentence that ends with what Sync will do. */
const withSync =
  (describe: DescribeVerdict): DescribeVerdict =>
  (details, record) =>
    `${describe(details, record)} ${describeSync(details, record)}`;

/** The sentence of each verdict. */
export const VERDICT_SENTENCES: Record<Verdict, DescribeVerdict> = {
  not_checked: () => "Stripe has not been read completely for this user yet. Sync will read Stripe first.",
  link_conflict: describeConflict,
  missing_in_stripe: describeMissing,
  unknown_status: describeUnknownStatus,
  unmapped_price: describeUnmappedPrice,
  locked_out: describeLockedOut,
  unpaid_access: describeUnpaidAccess,
  possible_match: describePossibleMatches,
  plan_mismatch: withSync(describePlanMismatch),
  access_mismatch: withSync(describeAccessMismatch),
  status_mismatch: withSync(describeStatusMismatch),
  detail_mismatch: describeDetailMismatch,
  in_sync: describeInSync,
  no_subscription: describeNoSubscription,
};

/** The verdict on a user as a sentence that a support agent can read out. */
export function describeEvaluation(evaluation: Evaluation, record: UserRecord): string {
  return VERDICT_SENTENCES[evaluation.verdict](evaluation, record);
}

/** Why a repair is not made, as a sentence. */
export function describeBlockReason(reason: BlockReason): string {
  return BLOCK_REASON_CATALOGUE[reason].sentence;
}

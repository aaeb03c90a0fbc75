import type { Evaluation } from "~/billing/evaluation/evaluate";
import type { UserRecord } from "~/billing/record";
import { BLOCK_REASON_CATALOGUE, type BlockReason } from "~/billing/verdicts/block-reasons";
import { VERDICT_CATALOGUE } from "~/billing/verdicts/catalogue";

/** The verdict on a user as a sentence that a support agent can read out. */
export function describeEvaluation(evaluation: Evaluation, record: UserRecord): string {
  return VERDICT_CATALOGUE[evaluation.verdict].describe(evaluation, record);
}

/** Why a repair is not made, as a sentence. */
export function describeBlockReason(reason: BlockReason): string {
  return BLOCK_REASON_CATALOGUE[reason].sentence;
}

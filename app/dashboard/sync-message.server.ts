import { BLOCK_REASONS } from "~/billing/evaluation/decide";
import type { Evaluation } from "~/billing/evaluation/evaluate";
import type { UserRecord } from "~/billing/record";
import { describeMismatch } from "~/billing/words/field-words";
import { plural } from "~/billing/words/phrases";
import { blockedSentence, sentenceOf } from "~/billing/words/sentence";
import type { SyncOutcome } from "~/engine/sync/sync-user.server";
import type { SyncResult } from "./views";

/** What a sync came to, in the words of a person: what happened, to whom, and what next. */
export function syncResultOf(sync: SyncOutcome): SyncResult {
  const { verdictBefore } = sync;
  if (!sync.ok) {
    const nothing = { changes: [], runId: null, verdictBefore, verdictAfter: verdictBefore };
    return { ...nothing, outcome: "failed", message: `Not synced: ${sync.message}` };
  }
  const { outcome, runId } = sync;
  const { evaluation, snapshot } = outcome.before;
  const changes = outcome.changes.map((change) => describeMismatch(change));
  const common = { changes, runId, verdictBefore, verdictAfter: outcome.verdictAfter };
  switch (outcome.outcome) {
    case "synced":
      return {
        ...common,
        outcome: "synced",
        message: `Synced. ${nowHas(snapshot.record, evaluation)}`,
      };
    case "in_sync":
      return {
        ...common,
        outcome: "in_sync",
        message: `Nothing to change. ${sentenceOf(evaluation, snapshot.record)}`,
      };
    case "blocked":
      return { ...common, outcome: "blocked", message: reasonSentence(outcome.reason) };
    case "failed":
      return { ...common, outcome: "failed", message: failedSentence(outcome.reason) };
    case "intended":
      return { ...common, outcome: "blocked", message: blockedSentence("not_read_since") };
    case "review":
    case "not_checked":
    case "changed_since_preview":
      return {
        ...common,
        outcome: "review",
        message: `Nothing was changed. ${sentenceOf(evaluation, snapshot.record)}`,
      };
  }
}

/** "Customer 0042 has Army with 5 soldiers." */
function nowHas({ name }: UserRecord, { expected, counting, comp, accessExpected }: Evaluation): string {
  const { user, workspaces } = expected;
  const plan = accessExpected ? counting?.plan?.name : comp?.plan.name;
  const who = name ?? "This customer";
  const open = workspaces.find(({ status }) => status === "active");
  if (open) return `${who} has ${plan ?? "access"} with ${plural(open.seats, "soldier")}.`;
  return workspaces.length > 0
    ? `${who}’s ${workspaces.length === 1 ? "workspace is" : "workspaces are"} locked.`
    : `${who} is recorded as ${user.subscriptionStatus ?? "without a subscription"}.`;
}

/** A blocked reason, as stored, as a sentence. */
export function reasonSentence(reason: string | null): string {
  const known = BLOCK_REASONS.find((one) => one === reason);
  return known ? blockedSentence(known) : "Not changed.";
}

function failedSentence(reason: string | null): string {
  return reason === "record_busy"
    ? "Not synced: the application is writing to this customer just now. Nothing was changed; try again."
    : "Not synced: the database refused the change. Nothing was changed.";
}

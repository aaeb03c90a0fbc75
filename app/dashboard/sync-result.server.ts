import { findTaken, isEntitled, type Taken } from "~/billing/evaluation/taken";
import type { BillingState } from "~/billing/record";
import { formatSeats } from "~/billing/seat-label";
import { BLOCK_REASONS } from "~/billing/verdicts/block-reasons";
import type { Verdict } from "~/billing/verdicts/catalogue";
import { describeMismatch, readCurrencies } from "~/billing/words/field-words";
import { describeBlockReason, describeEvaluation } from "~/billing/words/sentence";
import { explainSkip } from "~/engine/decisions/undo/undo-skips";
import type { EvaluatedUser } from "~/engine/evaluate/evaluate-users.server";
import { FAILURE_WORDS, type SyncOutcome } from "~/engine/sync/sync-user.server";

/** The result of one sync of one user. */
export type SyncResult = {
  outcome: "synced" | "in_sync" | "blocked" | "review" | "failed" | "checked";
  /** "Synced. Customer 0042 has Army with 5 soldiers." */
  message: string;
  /** Lines "field: before → after". */
  changes: string[];
  /** Why the repair was blocked; null when it was not. */
  blocked: string | null;
  runId: string | null;
  /** Something was taken. */
  revoked: boolean;
  /** What the repair takes, or would take; null when it takes nothing. */
  taken: Taken | null;
  verdictBefore: Verdict;
  verdictAfter: Verdict;
};

/** The result of reading Stripe without writing anything: whether Stripe answered, and what is true now. */
export function toCheckResult(sync: SyncOutcome): SyncResult {
  const result = toSyncResult(sync);
  if (!sync.ok) return { ...result, message: `Not checked: ${sync.message}` };
  const { evaluation, snapshot } = sync.outcome.before;
  const message = `Stripe was read again, and nothing was changed. ${describeEvaluation(evaluation, snapshot.record)}`;
  return { ...result, outcome: "checked", message, changes: [], blocked: null };
}

/** Puts the result of a sync into words: what happened, to which user, and what to do next. */
export function toSyncResult(sync: SyncOutcome): SyncResult {
  const { verdictBefore } = sync;
  if (!sync.ok) {
    const nothing = {
      changes: [],
      blocked: null,
      revoked: false,
      taken: null,
      runId: null,
      verdictBefore,
      verdictAfter: verdictBefore,
    };
    return { ...nothing, outcome: "failed", message: `Not synced: ${sync.message}` };
  }
  const { outcome, runId, unread } = sync;
  const { evaluation, snapshot } = outcome.before;
  const inPart = unread === null ? "" : ` Not everything was read: ${unread.message}`;
  const currencies = readCurrencies(snapshot.record, evaluation.expected);
  const changes = outcome.changes.map((change) => describeMismatch(change, currencies, outcome.fields));
  const revoked = outcome.outcome === "synced" && outcome.revokes;
  const common = {
    changes,
    blocked: null,
    revoked,
    taken: evaluation.revokes
      ? findTaken({
          ...{ before: snapshot.record, after: evaluation.expected },
          isEntitled: isEntitled(evaluation),
        })
      : null,
    runId,
    verdictBefore,
    verdictAfter: outcome.verdictAfter,
  };
  switch (outcome.outcome) {
    case "synced":
      return {
        ...common,
        outcome: "synced",
        message: `Synced. ${describeRecord(outcome.before)}${inPart}`,
      };
    case "in_sync":
      return {
        ...common,
        outcome: "in_sync",
        message: `Nothing to change. ${describeEvaluation(evaluation, snapshot.record)}`,
      };
    case "blocked":
      return {
        ...common,
        outcome: "blocked",
        blocked: outcome.reason,
        message: explainBlocked(outcome.reason),
      };
    case "failed":
      return { ...common, outcome: "failed", message: explainFailure(outcome.reason) };
    case "intended":
      return { ...common, outcome: "blocked", message: describeBlockReason("not_read_since") };
    case "review":
    case "not_checked":
    case "changed_since_preview":
    case "left_out":
      return {
        ...common,
        outcome: "review",
        message: `Nothing was changed. ${describeEvaluation(evaluation, snapshot.record)}`,
      };
  }
}

/** What was written: an override takes access that the evaluation would have left. */
const readWritten = ({ decision, evaluation }: EvaluatedUser): BillingState =>
  decision.kind === "repair" ? decision.repair.after : evaluation.expected;

/** "Customer 0042 has Army with 5 soldiers." */
function describeRecord(written: EvaluatedUser): string {
  const { primary, comp, accessExpected } = written.evaluation;
  const { name } = written.snapshot.record;
  const { user, workspaces } = readWritten(written);
  const plan = accessExpected ? primary?.plan?.name : comp?.plan.name;
  const who = name ?? "This user";
  const open = workspaces.find(({ status }) => status === "active");
  if (open) return `${who} has ${plan ?? "access"} with ${formatSeats(open.seats)}.`;
  return workspaces.length > 0
    ? `${who}’s ${workspaces.length === 1 ? "workspace is" : "workspaces are"} locked.`
    : `${who} ${user.subscriptionStatus === null ? "has no subscription" : `is recorded as ${user.subscriptionStatus}`}.`;
}

/** `reason` as it is stored: an unknown one gives a general sentence. */
export function explainBlocked(reason: string | null): string {
  const known = BLOCK_REASONS.find((one) => one === reason);
  return known ? describeBlockReason(known) : (explainSkip(reason) ?? "Not changed.");
}

const STRIPE_WORDS = new Map<string, string>(Object.entries(FAILURE_WORDS));
const LOOKUP_FAILED = "lookup_failed: ";

/** Stripe's answer in words, by the reason of a failure: "no answer in time". Null for another text. */
export const describeStripeFailure = (reason: string): string | null => STRIPE_WORDS.get(reason) ?? null;

/** Why a run did not repair a user, for the end of a sentence: "but the record was busy". */
export function describeRunFailure(reason: string | null): string {
  if (reason === "record_busy") return "but the record was busy";
  const refusal = readRefusal(reason);
  if (refusal !== null) return `but the database refused the change${refusal && ` (${refusal})`}`;
  if (!reason?.startsWith(LOOKUP_FAILED)) return "but the repair failed";
  const words = STRIPE_WORDS.get(reason.slice(LOOKUP_FAILED.length));
  return `but Stripe could not be read${words === undefined ? "" : ` (${words})`}`;
}

function explainFailure(reason: string | null): string {
  if (reason === "record_busy")
    return "Not synced: the application is changing this user right now. Nothing was changed. Try again.";
  const refusal = readRefusal(reason);
  return `Not synced: the database rejected the change${refusal ? ` (${refusal})` : ""}. Nothing was changed.`;
}

/** Table, column and reason of a change that the database refused; empty where they are not stored, null for another failure. */
function readRefusal(reason: string | null): string | null {
  const found = /^database_\w+(?:: (.*))?$/s.exec(reason ?? "");
  return found ? (found[1] ?? "").trim() : null;
}

import { VERDICTS, type Verdict } from "~/billing/verdicts";
import { plural } from "~/billing/words/phrases";
import type { RunOutcome } from "~/engine/repair/run-words";
import type { RunPhase, RunRow } from "~/engine/repair/runs.server";
import type { RunGroupKey, RunUserGroup } from "~/engine/runs/run-users.server";
import { reasonSentence } from "./sync-message.server";
import type { RunGroup, RunView } from "./views";

const CALLERS: Record<string, string> = {
  staff: "staff",
  cron: "cron",
  webhook: "webhook",
  workspace: "workspace visit",
  checkout: "checkout",
  command_line: "command line",
};

/** What or who caused something, as a word: "cron", "workspace visit". */
export const callerWord = (kind: string) => CALLERS[kind] ?? kind;

/** "Ada (staff)", "cron", "command line" */
export function callerName(
  kind: string,
  actor: string | null,
  staffNames: ReadonlyMap<string, string>,
): string {
  if (kind !== "staff") return callerWord(kind);
  return `${(actor === null ? undefined : staffNames.get(actor)) ?? "somebody"} (staff)`;
}

/** Dividing is the beginning of evaluating and revocation its end, as far as people are concerned. */
const VIEWED_PHASES = {
  observe: "observe",
  events: "observe",
  read: "observe",
  divide: "evaluate",
  evaluate: "evaluate",
  revoke: "evaluate",
  finished: "finished",
} as const satisfies Record<RunPhase, RunView["phase"]>;

const seconds = (time: Date) => Math.floor(time.getTime() / 1000);

/** A run as pages show it. `staffNames` by staff id. */
export function runViewOf(
  run: RunRow,
  staffNames: ReadonlyMap<string, string>,
  evaluatedFrom: number | null,
): RunView {
  const staff = run.actor === null ? undefined : staffNames.get(run.actor);
  return {
    id: run.id,
    by:
      run.actorKind === "staff"
        ? `${staff ?? "somebody"} (staff)`
        : (CALLERS[run.actorKind] ?? run.actorKind),
    mode: run.mode,
    scope: run.scope,
    state: run.state,
    phase: VIEWED_PHASES[run.phase],
    total: run.total,
    observed: run.observed,
    synced: run.synced,
    skipped: run.skipped,
    review: run.review,
    failed: run.failed,
    notChecked: run.notChecked,
    stripeRequests: run.stripeRequests,
    reason: run.reason,
    previewRunId: run.previewRunId,
    createdAt: seconds(run.createdAt),
    finishedAt: run.finishedAt && seconds(run.finishedAt),
    evaluatedFrom,
  };
}

export function groupViewOf(group: RunUserGroup): RunGroup {
  const verdict = VERDICTS.find((one) => one === group.verdict) ?? "not_checked";
  const outcome = group.outcome as RunOutcome;
  return {
    verdict,
    outcome,
    reason: group.reason,
    key: groupKey({ verdict, outcome, reason: group.reason }),
    users: group.users,
    sentence: groupSentence(verdict, outcome, group.users, group.reason),
  };
}

/** A group of a run's users as one word, and back. An unknown word is a group that nobody is in. */
export const groupKey = ({ verdict, outcome, reason }: RunGroupKey) =>
  `${verdict}.${outcome}.${reason ?? ""}`;

export function parseGroupKey(key: string): RunGroupKey {
  const [verdict = "", outcome = "", ...reason] = key.split(".");
  return { verdict, outcome, reason: reason.join(".") || null };
}

/** "12 customers have paid and are locked out: access will be given." */
export function groupSentence(
  verdict: Verdict,
  outcome: RunOutcome,
  users: number,
  reason: string | null,
): string {
  const who = `${plural(users, "customer")} ${users === 1 ? ONE[verdict] : MANY[verdict]}`;
  switch (outcome) {
    case "intended":
      return `${who}: ${WILL[verdict]}.`;
    case "synced":
      return `${who}: repaired.`;
    case "blocked":
      return `${who}. ${reasonSentence(reason)}`;
    case "review":
      return `${who}: somebody must decide.`;
    case "failed":
      return `${who}, but the repair failed${reason ? ` (${reason})` : ""}. Nothing was changed for them.`;
    case "not_checked":
      return `${plural(users, "customer")} could not be evaluated: Stripe has not been read completely.`;
    case "changed_since_preview":
      return `${who}, but something changed since the preview. Left alone; preview again.`;
  }
}

const MANY: Record<Verdict, string> = {
  not_checked: "have not been checked",
  link_conflict: "share a Stripe customer with another user",
  missing_in_stripe: "are recorded with a customer or subscription that Stripe does not have",
  unknown_status: "have a subscription in a status that Parity does not know",
  unmapped_price: "pay a price that no plan claims",
  locked_out: "have paid and are locked out",
  possible_match: "may be paying as another Stripe customer with the same e-mail address",
  unpaid_access: "have access without a subscription",
  plan_mismatch: "have another plan or price than Stripe says",
  access_mismatch: "have workspaces that do not follow their plan",
  status_mismatch: "have another status than Stripe says",
  detail_mismatch: "differ in details",
  in_sync: "are in sync",
  no_subscription: "have no subscription",
};

const ONE: Record<Verdict, string> = {
  not_checked: "has not been checked",
  link_conflict: "shares a Stripe customer with another user",
  missing_in_stripe: "is recorded with a customer or subscription that Stripe does not have",
  unknown_status: "has a subscription in a status that Parity does not know",
  unmapped_price: "pays a price that no plan claims",
  locked_out: "has paid and is locked out",
  possible_match: "may be paying as another Stripe customer with the same e-mail address",
  unpaid_access: "has access without a subscription",
  plan_mismatch: "has another plan or price than Stripe says",
  access_mismatch: "has workspaces that do not follow the plan",
  status_mismatch: "has another status than Stripe says",
  detail_mismatch: "differs in details",
  in_sync: "is in sync",
  no_subscription: "has no subscription",
};

const WILL: Record<Verdict, string> = {
  not_checked: "Stripe will be read",
  link_conflict: "nothing will be changed",
  missing_in_stripe: "nothing will be changed",
  unknown_status: "nothing will be changed",
  unmapped_price: "nothing will be changed",
  locked_out: "access will be given",
  possible_match: "nothing will be changed",
  unpaid_access: "access will be taken, each after a fresh read of Stripe",
  plan_mismatch: "plan and price will be corrected",
  access_mismatch: "the workspaces will follow",
  status_mismatch: "the status will be corrected",
  detail_mismatch: "the details will be corrected",
  in_sync: "nothing will be changed",
  no_subscription: "nothing will be changed",
};

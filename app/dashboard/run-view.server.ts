import { plural } from "~/billing/words/phrases";
import { VERDICTS, type Verdict } from "~/billing/verdicts";
import type { RunGroupKey, RunUserGroup } from "~/engine/runs/run-users.server";
import type { RunOutcome } from "~/engine/repair/run-words";
import type { RunPhase, RunRow } from "~/engine/repair/runs.server";
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

/** Dividing is the beginning of judging and lowering its end, as far as people are concerned. */
const VIEWED_PHASES = {
  observe: "observe",
  events: "observe",
  read: "observe",
  divide: "judge",
  judge: "judge",
  lower: "judge",
  finished: "finished",
} as const satisfies Record<RunPhase, RunView["phase"]>;

const seconds = (time: Date) => Math.floor(time.getTime() / 1000);

/** A run as pages show it. `staffNames` by staff id. */
export function runViewOf(
  run: RunRow,
  staffNames: ReadonlyMap<string, string>,
  judgedFrom: number | null,
): RunView {
  const staff = run.actor === null ? undefined : staffNames.get(run.actor);
  return {
    id: run.id,
    by:
      run.actorKind === "staff"
        ? `${staff ?? "somebody"} (staff)`
        : (CALLERS[run.actorKind] ?? run.actorKind),
    intent: run.intent,
    reach: run.reach,
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
    judgedFrom,
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
    case "withheld":
      return `${who}. ${reasonSentence(reason)}`;
    case "review":
      return `${who}: somebody must decide.`;
    case "failed":
      return `${who}, but the repair failed${reason ? ` (${reason})` : ""}. Nothing was changed for them.`;
    case "not_checked":
      return `${plural(users, "customer")} could not be judged: Stripe has not been read completely.`;
    case "changed_since_preview":
      return `${who}, but something changed since the preview. Left alone; preview again.`;
  }
}

const MANY: Record<Verdict, string> = {
  not_checked: "have not been checked",
  link_conflict: "share a Stripe customer with another user",
  customer_gone: "are recorded with a customer or subscription that Stripe does not have",
  unknown: "have a subscription in a status that Parity does not know",
  unknown_price: "pay a price that no plan claims",
  paid_not_recorded: "have paid and are locked out",
  link_suggested: "may be paying as another Stripe customer with the same e-mail address",
  recorded_not_paid: "have access without a subscription",
  plan_differs: "have another plan or price than Stripe says",
  access_differs: "have workspaces that do not follow their plan",
  status_differs: "have another status than Stripe says",
  details_differ: "differ in details",
  in_sync: "are in step",
  no_subscription: "have no subscription",
};

const ONE: Record<Verdict, string> = {
  not_checked: "has not been checked",
  link_conflict: "shares a Stripe customer with another user",
  customer_gone: "is recorded with a customer or subscription that Stripe does not have",
  unknown: "has a subscription in a status that Parity does not know",
  unknown_price: "pays a price that no plan claims",
  paid_not_recorded: "has paid and is locked out",
  link_suggested: "may be paying as another Stripe customer with the same e-mail address",
  recorded_not_paid: "has access without a subscription",
  plan_differs: "has another plan or price than Stripe says",
  access_differs: "has workspaces that do not follow the plan",
  status_differs: "has another status than Stripe says",
  details_differ: "differs in details",
  in_sync: "is in step",
  no_subscription: "has no subscription",
};

const WILL: Record<Verdict, string> = {
  not_checked: "Stripe will be read",
  link_conflict: "nothing will be changed",
  customer_gone: "nothing will be changed",
  unknown: "nothing will be changed",
  unknown_price: "nothing will be changed",
  paid_not_recorded: "access will be given",
  link_suggested: "nothing will be changed",
  recorded_not_paid: "access will be taken, each after a fresh read of Stripe",
  plan_differs: "plan and price will be corrected",
  access_differs: "the workspaces will follow",
  status_differs: "the status will be corrected",
  details_differ: "the details will be corrected",
  in_sync: "nothing will be changed",
  no_subscription: "nothing will be changed",
};

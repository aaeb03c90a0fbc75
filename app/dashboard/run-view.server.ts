import { z } from "zod";
import type { EpochSeconds } from "~/billing/observation";
import { VERDICT_CATALOGUE, VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import { pluralize } from "~/billing/words/counts";
import { pickCounts, type RunCounts } from "~/engine/repair/run-counts";
import type { RunPhase } from "~/engine/repair/run-cursor";
import {
  RUN_OUTCOMES,
  type RunMode,
  type RunOutcome,
  type RunScope,
  type RunState,
} from "~/engine/repair/run-types";
import type { RunRow } from "~/engine/repair/runs.server";
import type { RunGroupKey, RunUserGroup } from "~/engine/runs/run-users.server";
import { describeRunFailure, explainBlocked } from "./sync-result.server";

/** A run as pages and the command line show it. */
export type RunView = RunCounts & {
  id: string;
  /** "Ada (staff)", "scheduler", "command line" */
  by: string;
  mode: RunMode;
  scope: RunScope;
  state: RunState;
  phase: "observe" | "evaluate" | "finished";
  total: number;
  /** Subscriptions read so far in this run. */
  observed: number;
  stripeRequests: number;
  reason: string | null;
  previewRunId: string | null;
  createdAt: EpochSeconds;
  finishedAt: EpochSeconds | null;
  /** Time of the oldest Stripe data that was evaluated; null when nothing was read yet. */
  evaluatedFrom: EpochSeconds | null;
  /** For how many seconds the process that works on it keeps it, should it have died; null when none works on it. */
  leaseLeft: number | null;
};

/** Users of a run with the same verdict, outcome and reason. */
export type RunGroup = {
  /** Pass it as `group` to `loadRunPage` to list these users. */
  key: string;
  verdict: Verdict;
  outcome: RunOutcome;
  reason: string | null;
  users: number;
  /** "12 users have paid and are locked out: access will be granted." */
  sentence: string;
};

/** The kinds of callers in words, and their article within a sentence. */
const CALLERS: Record<string, { article: string; name: string }> = {
  staff: { article: "", name: "staff" },
  cron: { article: "the ", name: "scheduler" },
  webhook: { article: "a ", name: "webhook" },
  workspace: { article: "a ", name: "workspace visit" },
  checkout: { article: "a ", name: "checkout" },
  command_line: { article: "the ", name: "command line" },
};

/** The kind of caller in words: "scheduler", "workspace visit". */
export const nameCaller = (kind: string) => CALLERS[kind]?.name ?? kind;

/** "Ada (staff)", "scheduler", "ana (command line)"; "staff" for a staff member whose name is not known. */
export function describeCaller(
  kind: string,
  actor: string | null,
  staffNames: ReadonlyMap<string, string>,
): string {
  const isNamed = kind === "staff" || kind === "command_line";
  if (!isNamed || actor === null) return nameCaller(kind);
  const name = kind === "staff" ? staffNames.get(actor) : actor;
  return name === undefined ? nameCaller(kind) : `${name} (${nameCaller(kind)})`;
}

/** The same within a sentence: "Ada (staff)", "the scheduler", "a workspace visit". */
export function describeRepairer(...caller: Parameters<typeof describeCaller>): string {
  const [kind] = caller;
  const name = describeCaller(...caller);
  return name === nameCaller(kind) ? `${CALLERS[kind]?.article ?? ""}${name}` : name;
}

/** Pages show fewer phases than a run has: dividing and revoking are part of evaluating there. */
const VIEWED_PHASES = {
  observe: "observe",
  sessions: "observe",
  events: "observe",
  read: "observe",
  divide: "evaluate",
  evaluate: "evaluate",
  revoke: "evaluate",
  finished: "finished",
} as const satisfies Record<RunPhase, RunView["phase"]>;

const toSeconds = (time: Date) => Math.floor(time.getTime() / 1000);

/** `staffNames` by staff id; `now`: the database's clock, in epoch seconds. */
export function toRunView(
  run: RunRow,
  {
    staffNames,
    evaluatedFrom,
    now,
  }: { staffNames: ReadonlyMap<string, string>; evaluatedFrom: number | null; now: number },
): RunView {
  const leaseLeft = run.leaseUntil === null ? 0 : Math.ceil(run.leaseUntil.getTime() / 1000 - now);
  return {
    ...pickCounts(run),
    id: run.id,
    by: describeCaller(run.actor.kind, run.actor.id, staffNames),
    mode: run.mode,
    scope: run.scope,
    state: run.state,
    phase: VIEWED_PHASES[run.cursor.phase],
    total: run.total,
    observed: run.observed,
    stripeRequests: run.stripeRequests,
    reason: run.reason,
    previewRunId: run.previewRunId,
    createdAt: toSeconds(run.createdAt),
    finishedAt: run.finishedAt && toSeconds(run.finishedAt),
    evaluatedFrom,
    leaseLeft: leaseLeft > 0 ? leaseLeft : null,
  };
}

const runOutcome = z.enum(RUN_OUTCOMES);

export function toRunGroup(group: RunUserGroup): RunGroup {
  const verdict = VERDICTS.find((one) => one === group.verdict) ?? "not_checked";
  const outcome = runOutcome.parse(group.outcome);
  return {
    verdict,
    outcome,
    reason: group.reason,
    key: buildGroupKey({ verdict, outcome, reason: group.reason }),
    users: group.users,
    sentence: describeGroup(verdict, outcome, group.users, group.reason),
  };
}

const buildGroupKey = ({ verdict, outcome, reason }: RunGroupKey) => `${verdict}.${outcome}.${reason ?? ""}`;

/** Reads what `buildGroupKey` wrote. An unknown key gives a group without users. */
export function parseGroupKey(key: string): RunGroupKey {
  const [verdict = "", outcome = "", ...reason] = key.split(".");
  return { verdict, outcome, reason: reason.join(".") || null };
}

/** "12 users have paid and are locked out: access will be granted." */
export function describeGroup(
  verdict: Verdict,
  outcome: RunOutcome,
  users: number,
  reason: string | null,
): string {
  const { group, action } = VERDICT_CATALOGUE[verdict];
  const subject = `${pluralize(users, "user")} ${users === 1 ? group.one : group.many}`;
  switch (outcome) {
    case "intended":
      return `${subject}: ${action}.`;
    case "synced":
      return `${subject}: repaired.`;
    case "blocked":
      return `${subject}. ${explainBlocked(reason)}`;
    case "review":
      return `${subject}: ${users === 1 ? "needs" : "each needs"} a decision.`;
    case "failed":
      return `${subject}, ${describeRunFailure(reason)}. Nothing was changed.`;
    case "not_checked":
      return `${pluralize(users, "user")} could not be checked: Stripe was not read completely.`;
    case "changed_since_preview":
      return `${subject}, but the data changed after the preview. Nothing was changed. Start a new preview.`;
  }
}

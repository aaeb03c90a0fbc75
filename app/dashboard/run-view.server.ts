import type { EpochSeconds } from "~/billing/observation";
import { pickCounts, type RunCounts, sumCounts } from "~/engine/repair/run-counts";
import type { RunPhase } from "~/engine/repair/run-cursor";
import type { RunMode, RunScope, RunState } from "~/engine/repair/run-types";
import type { RunRow } from "~/engine/repair/runs.server";
import { describeRunReason } from "./run-results/run-reason.server";

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
  /** Why it waits, failed or was canceled. */
  reason: string | null;
  /** What staff call it, and why they started it. */
  name: string | null;
  typedReason: string | null;
  /** Users that a run which ended early did not come to. */
  unreached: number;
  previewRunId: string | null;
  /** The run whose changes it takes back. */
  undoesRunId: string | null;
  createdAt: EpochSeconds;
  finishedAt: EpochSeconds | null;
  /** The results of users that it did not repair were too old to be kept; its counts are still right. */
  resultsRemoved: boolean;
  /** Time of the oldest Stripe data that was evaluated; null when nothing was read yet. */
  evaluatedFrom: EpochSeconds | null;
  /** For how many seconds the process that works on it keeps it, should it have died; null when none works on it. */
  leaseLeft: number | null;
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
    reason: describeReason(run, staffNames),
    name: run.name,
    typedReason: run.typedReason,
    unreached: run.state === "running" || run.state === "done" ? 0 : Math.max(0, run.total - sumCounts(run)),
    previewRunId: run.previewRunId,
    undoesRunId: run.undoesRunId,
    createdAt: toSeconds(run.createdAt),
    finishedAt: run.finishedAt && toSeconds(run.finishedAt),
    resultsRemoved: run.resultsRemovedAt !== null && run.scope !== "one",
    evaluatedFrom,
    leaseLeft: leaseLeft > 0 ? leaseLeft : null,
  };
}

/** A run that staff canceled says who did. */
function describeReason(
  { state, reason, cancelledBy }: RunRow,
  staffNames: ReadonlyMap<string, string>,
): string | null {
  if (state === "cancelled" && cancelledBy !== null)
    return `Canceled by ${describeCaller("staff", cancelledBy, staffNames)}.`;
  return describeRunReason(reason, { isRunning: state === "running" });
}

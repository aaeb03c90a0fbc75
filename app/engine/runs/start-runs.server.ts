import { setTimeout as wait } from "node:timers/promises";
import type { Actor } from "~/engine/account/actor";
import {
  type FullRun,
  findEventCursor,
  findFullRun,
  saveSchedulerCall,
} from "~/engine/account/cursors.server";
import { loadSettings } from "~/engine/account/settings.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { countUsers } from "~/engine/evaluate/users.server";
import {
  NO_COUNTS,
  pickCounts,
  type RUN_COUNTS,
  sumCounts,
  toAnswerCounts,
} from "~/engine/repair/run-counts";
import { START_DIVIDE, START_EVENTS, START_OBSERVE } from "~/engine/repair/run-cursor";
import { createRun, findRun, type RunRow } from "~/engine/repair/runs.server";
import { readDatabaseTime } from "~/platform/versions.server";
import { createLiveRun } from "./live-runs.server";
import type { Step } from "./run-step.server";
import { type ApplyChoice, startSelectionApply } from "./start-selection.server";

type StepRun = (runId: string, budgetMs: number) => Promise<Step | null>;
type Started = { run: RunRow; created: boolean };

/**
 * Starts a preview of all users, evaluated from what is stored, or (`readStripe`) after reading everything. A preview that
 * reads Stripe is a live run, because only one run reads Stripe at a time.
 */
export async function startPreview(
  deps: Deps,
  { actor, readStripe }: { actor: Actor; readStripe: boolean },
  step: StepRun,
): Promise<RunRow> {
  const run = { actor, mode: "preview" as const, scope: "full" as const };
  const counts = { total: await countUsers(deps.db) };
  if (!readStripe) return createRun(deps.db, { ...run, cursor: START_DIVIDE, counts });
  const start = () => createLiveRun(deps.db, { ...run, cursor: START_OBSERVE, counts });
  return (await finishWeakerRunFirst(run.mode, start, step)).run;
}

/** Starts to reconcile all users, or joins the live run that does. An incremental run is waited for: it takes seconds. */
export async function startApply(
  deps: Deps,
  { actor, ...choice }: { actor: Actor } & ApplyChoice,
  step: StepRun,
): Promise<Started> {
  const preview = choice.previewRunId === undefined ? null : await findRun(deps.db, choice.previewRunId);
  if (preview?.scope === "selection")
    return { run: await startSelectionApply(deps, { ...choice, actor, preview }), created: true };
  const counts = { total: await countUsers(deps.db) };
  const run = { actor, mode: "apply" as const, scope: "full" as const, ...choice, counts };
  return finishWeakerRunFirst(
    run.mode,
    () => createLiveRun(deps.db, { ...run, cursor: START_OBSERVE }),
    step,
  );
}

/** How long a person waits for a weaker run to end, and how long one step of it takes. Milliseconds. */
const WEAKER_RUN_WAIT_MS = 8_000;
const STEP_MS = 500;

/**
 * A full run does more than an incremental one, and applying does more than a preview: a live run that does less than
 * what is asked for is brought to its end first.
 */
async function finishWeakerRunFirst(
  mode: RunRow["mode"],
  start: () => Promise<Started>,
  step: StepRun,
): Promise<Started> {
  const until = performance.now() + WEAKER_RUN_WAIT_MS;
  for (;;) {
    const started = await start();
    const { scope, mode: liveMode } = started.run;
    const isWeaker = scope === "incremental" || (liveMode === "preview" && mode !== "preview");
    if (started.created || !isWeaker || performance.now() >= until) return started;
    const done = await step(started.run.id, STEP_MS);
    if (done?.stopped) return started;
    // Another process works on it: asking again at once would not hurry it.
    if (done?.worked === false) await wait(STEP_MS);
  }
}

/** What the cron route answers, per the contract in docs/deploying.md; times in milliseconds. */
export type CronAnswer = Record<(typeof RUN_COUNTS)[number]["answer"], number> & {
  success: boolean;
  done: boolean;
  alreadyRunning?: true;
  total: number;
  scope: "incremental" | "full";
  runId: string;
  durationMs: number;
  stripeRequests: number;
  reason?: string;
};

/**
 * One request of the scheduler: continues the live whole-account run, or starts one, until the budget (milliseconds) is
 * used; what is in flight then ends behind the answer. While another process works on it, its counts are answered and nothing is done twice.
 */
export async function runScheduled(
  deps: Deps,
  step: StepRun,
  { budgetMs, scope }: { budgetMs: number; scope: "incremental" | "full" },
): Promise<CronAnswer> {
  const started = performance.now();
  await saveSchedulerCall(deps.db);
  for (;;) {
    const begun = await startScheduled(deps, scope);
    const left = Math.max(0, started + budgetMs - performance.now());
    const done = await withinTime(step(begun.run.id, left), left + OVERTIME_MS);
    if (done === OVERTIME) {
      const now = (await findRun(deps.db, begun.run.id)) ?? begun.run;
      const answer = toCronAnswer(now, performance.now() - started, false);
      return answer.done ? answer : { ...answer, reason: now.reason ?? STILL_WORKING };
    }
    const run = done?.run ?? begun.run;
    // The live run was a preview, which writes nothing, or an incremental run where a full one was asked for.
    const isWeaker = run.mode === "preview" || (scope === "full" && run.scope === "incremental");
    if (isWeaker && run.state !== "running" && performance.now() - started < budgetMs) continue;
    const isElsewhere = done?.worked === false && !done.stopped && run.state === "running";
    const answer = toCronAnswer(run, performance.now() - started, isElsewhere);
    return done?.stopped && !answer.done ? { ...answer, reason: STOPPED } : answer;
  }
}

/** What is in the middle of something when the time is over has this long; then it ends behind the answer. Milliseconds. */
const OVERTIME_MS = 2_500;
const OVERTIME = Symbol("the time is over");
const STILL_WORKING = "time is up: one step still ends behind this answer; the next call goes on";

/** The scheduler, and proxies in front of it, wait for an answer only so long, whatever a step is waiting for. */
async function withinTime<T>(work: Promise<T>, ms: number): Promise<T | typeof OVERTIME> {
  const ended = new AbortController();
  const over = wait(ms, null, { signal: ended.signal }).catch(() => null);
  try {
    return await Promise.race([work, over.then((): typeof OVERTIME => OVERTIME)]);
  } finally {
    ended.abort();
  }
}

const STOPPED = "stopped: this process is shutting down; the next call goes on from here";

async function startScheduled(deps: Deps, scope: "incremental" | "full"): Promise<Started> {
  const actor: Actor = { kind: "cron", id: null };
  const run = { actor, mode: "apply" as const, counts: { total: await countUsers(deps.db) } };
  const isFull = scope === "full" || (await isFullRunDue(deps));
  return createLiveRun(
    deps.db,
    isFull
      ? { ...run, scope: "full", cursor: START_OBSERVE }
      : { ...run, scope: "incremental", cursor: START_EVENTS },
  );
}

/** Must everything be read? When there is nothing to continue from, and at the hour that is set: some events never appear. */
async function isFullRunDue({ db }: Deps): Promise<boolean> {
  const [fullRun, events, { fullRunHour }, now] = await Promise.all([
    findFullRun(db),
    findEventCursor(db),
    loadSettings(db),
    readDatabaseTime(db),
  ]);
  return fullRun === null || events === null || isHourPast(fullRun, fullRunHour, now);
}

const DAY = 86_400;

/** Has this hour of the day (UTC) passed since the last full run began? Never, without an hour. */
export function isHourPast(fullRun: Pick<FullRun, "beganAt">, hour: number | null, now: number): boolean {
  if (hour === null) return false;
  const midnight = now - (now % DAY);
  const today = midnight + hour * 3_600;
  return fullRun.beganAt < (today <= now ? today : today - DAY);
}

function toCronAnswer(run: RunRow, durationMs: number, alreadyRunning: boolean): CronAnswer {
  const isPreview = run.mode === "preview";
  // A preview writes nothing, whatever it counts as intended.
  const counts = isPreview ? NO_COUNTS : pickCounts(run);
  const counted = sumCounts({ ...counts, notChecked: 0 });
  // What the run has not reached yet is not checked, and is not called success. Once it is done, missing users were deleted.
  const isDone = run.state === "done" && !isPreview;
  const notChecked = isDone ? run.notChecked : Math.max(run.notChecked, run.total - counted);
  return {
    success: isDone && counts.failed === 0 && notChecked === 0,
    done: run.state !== "running" && !isPreview,
    ...(alreadyRunning && { alreadyRunning: true as const }),
    ...toAnswerCounts({ ...counts, notChecked }),
    total: counted + notChecked,
    scope: run.scope === "incremental" ? "incremental" : "full",
    runId: run.id,
    durationMs: Math.round(durationMs),
    stripeRequests: run.stripeRequests,
    ...(run.reason !== null && { reason: run.reason }),
  };
}

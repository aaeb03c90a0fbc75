import { setTimeout as wait } from "node:timers/promises";
import { type FinishedPass, lastEvents, lastPass } from "~/engine/account/cursors.server";
import { loadSettings } from "~/engine/account/settings.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { countUsers } from "~/engine/evaluate/users.server";
import type { ChangeActor } from "~/engine/repair/repairs.server";
import { createLiveRun, createRun, type RunRow } from "~/engine/repair/runs.server";
import type { CronAnswer } from "~/facade/parity.server";
import { databaseNow } from "~/platform/stamps.server";
import type { Step } from "./run-step.server";

type StepRun = (runId: string, budgetMs: number) => Promise<Step | null>;

/**
 * Begins a preview of all users: evaluated from what is stored, or (`readStripe`) after reading everything. One that
 * reads joins a live run's place in the queue: there is one reader at a time.
 */
export async function beginPreview(
  deps: Deps,
  { actor, readStripe }: { actor: ChangeActor; readStripe: boolean },
  step: StepRun,
): Promise<RunRow> {
  const run = { actor, mode: "preview" as const, scope: "full" as const };
  const counts = { total: await countUsers(deps.db) };
  const begin = () => createLiveRun(deps.db, { ...run, phase: "observe", counts });
  if (readStripe) return (await finishWeakerRunFirst(run.mode, begin, step)).run;
  return createRun(deps.db, { ...run, phase: "divide", counts });
}

/** Begins to reconcile everybody, or joins the whole-account run that is live. A tick is waited for: it takes seconds. */
export async function beginApply(
  deps: Deps,
  { actor, previewRunId }: { actor: ChangeActor; previewRunId?: string },
  step: StepRun,
): Promise<{ run: RunRow; created: boolean }> {
  const counts = { total: await countUsers(deps.db) };
  const run = { actor, mode: "apply" as const, scope: "full" as const, previewRunId, counts };
  return finishWeakerRunFirst(run.mode, () => createLiveRun(deps.db, { ...run, phase: "observe" }), step);
}

const TICK_WAIT_MS = 8_000;
const PIECE_MS = 500;

/**
 * Somebody who wants everything gets more than the tick that happens to be under way, and one who wants it done more than a
 * preview: it is brought to its end first.
 */
async function finishWeakerRunFirst(
  mode: RunRow["mode"],
  begin: () => Promise<{ run: RunRow; created: boolean }>,
  step: StepRun,
): Promise<{ run: RunRow; created: boolean }> {
  const until = performance.now() + TICK_WAIT_MS;
  for (;;) {
    const begun = await begin();
    const isLess = begun.run.scope === "incremental" || (begun.run.mode === "preview" && mode !== "preview");
    if (begun.created || !isLess || performance.now() >= until) return begun;
    const done = await step(begun.run.id, PIECE_MS);
    // Another process holds it: it is not hurried by asking at once.
    if (done?.worked === false) await wait(PIECE_MS);
  }
}

/**
 * One request of the scheduler: goes on with the live whole-account run, or begins one, for as long as the budget
 * lasts. While another process works on it, its counts are answered and nothing is done twice.
 */
export async function runScheduled(
  deps: Deps,
  step: StepRun,
  { budgetMs, scope }: { budgetMs: number; scope: "incremental" | "full" },
): Promise<CronAnswer> {
  const started = performance.now();
  for (;;) {
    const begun = await beginScheduled(deps, scope);
    const left = Math.max(0, started + budgetMs - performance.now());
    const done = await step(begun.run.id, left);
    const run = done?.run ?? begun.run;
    // Staff's preview was in the way; it is done, and wrote nothing: now everybody is reconciled. Nor is a tick what
    // was asked for when a full pass was.
    const isLess = run.mode === "preview" || (scope === "full" && run.scope === "incremental");
    if (isLess && run.state !== "running" && performance.now() - started < budgetMs) continue;
    const isElsewhere = done?.worked === false && run.state === "running";
    return answerOf(run, performance.now() - started, isElsewhere);
  }
}

async function beginScheduled(
  deps: Deps,
  scope: "incremental" | "full",
): Promise<{ run: RunRow; created: boolean }> {
  const counts = { total: await countUsers(deps.db) };
  const run = { actor: { kind: "cron", id: null }, mode: "apply" as const, counts };
  const isFull = scope === "full" || (await isPassDue(deps));
  return createLiveRun(
    deps.db,
    isFull ? { ...run, scope: "full", phase: "observe" } : { ...run, scope: "incremental", phase: "events" },
  );
}

/**
 * Must everything be read? When there is nothing to go on from, and at the hour that is set for it: some events never
 * appear.
 */
async function isPassDue({ db }: Deps): Promise<boolean> {
  const [pass, events, { fullRunHour }, now] = await Promise.all([
    lastPass(db),
    lastEvents(db),
    loadSettings(db),
    databaseNow(db),
  ]);
  return pass === null || events === null || isHourPast(pass, fullRunHour, now);
}

const DAY = 86_400;

/** Has this hour of the day (UTC) come since the last pass began? Never, without an hour. */
export function isHourPast(pass: Pick<FinishedPass, "beganAt">, hour: number | null, now: number): boolean {
  if (hour === null) return false;
  const midnight = now - (now % DAY);
  const today = midnight + hour * 3_600;
  return pass.beganAt < (today <= now ? today : today - DAY);
}

/** A preview writes nothing, whatever it intends. */
const NOBODY = { synced: 0, skipped: 0, review: 0, failed: 0 };

function answerOf(run: RunRow, durationMs: number, alreadyRunning: boolean): CronAnswer {
  const isPreview = run.mode === "preview";
  const done = run.state !== "running" && !isPreview;
  const { synced, skipped, review, failed } = isPreview ? NOBODY : run;
  const counted = synced + skipped + review + failed;
  // What the run has not come to yet has not been checked, and is not called success. When it is through, whoever is
  // missing was deleted meanwhile.
  const isThrough = run.state === "done" && !isPreview;
  const notChecked = isThrough ? run.notChecked : Math.max(run.notChecked, run.total - counted);
  return {
    success: isThrough && failed === 0 && notChecked === 0,
    done,
    ...(alreadyRunning && { alreadyRunning: true as const }),
    syncedCount: synced,
    skippedCount: skipped,
    reviewCount: review,
    failedCount: failed,
    notChecked,
    total: counted + notChecked,
    scope: run.scope === "incremental" ? "incremental" : "full",
    runId: run.id,
    durationMs: Math.round(durationMs),
    stripeRequests: run.stripeRequests,
    ...(run.reason !== null && { reason: run.reason }),
  };
}

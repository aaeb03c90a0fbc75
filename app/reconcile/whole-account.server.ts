import type { ChangeActor } from "~/db/repairs.server";
import { createLiveRun, createRun, liveRun, type RunRow } from "~/db/runs.server";
import { countUsers } from "~/db/users.server";
import type { CronAnswer } from "./parity.server";
import type { Parts } from "./parts.server";
import type { Step } from "./run-step.server";

/**
 * Begins a preview of all users: judged from what is stored, or (`readStripe`) after reading everything. One that
 * reads joins a live run's place in the queue: there is one reader at a time.
 */
export async function beginPreview(
  parts: Parts,
  { actor, readStripe }: { actor: ChangeActor; readStripe: boolean },
): Promise<RunRow> {
  const run = { actor, intent: "preview" as const, reach: "full" as const };
  const counts = { total: await countUsers(parts.db) };
  if (readStripe) return (await createLiveRun(parts.db, { ...run, phase: "observe", counts })).run;
  return createRun(parts.db, { ...run, phase: "judge", counts });
}

/** Begins to reconcile everybody, or joins the whole-account run that is live. */
export async function beginApply(
  parts: Parts,
  { actor, previewRunId }: { actor: ChangeActor; previewRunId?: string },
): Promise<{ run: RunRow; created: boolean }> {
  const counts = { total: await countUsers(parts.db) };
  const run = { actor, intent: "apply" as const, reach: "full" as const, previewRunId, counts };
  return createLiveRun(parts.db, { ...run, phase: "observe" });
}

/**
 * One request of the scheduler: goes on with the live whole-account run, or begins one, for as long as the budget
 * lasts. While another process works on it, its counts are answered and nothing is done twice.
 */
export async function cronPiece(
  parts: Parts,
  step: (runId: string, budgetMs: number) => Promise<Step | null>,
  budgetMs: number,
): Promise<CronAnswer> {
  const started = performance.now();
  const begun =
    (await liveRun(parts.db)) ?? (await beginApply(parts, { actor: { kind: "cron", id: null } })).run;
  const done = await step(begun.id, budgetMs);
  const run = done?.run ?? begun;
  const isElsewhere = done?.worked === false && run.state === "running";
  return answerOf(run, performance.now() - started, isElsewhere);
}

function answerOf(run: RunRow, durationMs: number, alreadyRunning: boolean): CronAnswer {
  const done = run.state !== "running";
  const counted = run.synced + run.skipped + run.review + run.failed;
  // What the run has not come to yet has not been checked, and is not called success.
  const notChecked = run.notChecked + Math.max(0, run.total - counted - run.notChecked);
  return {
    success: run.state === "done" && run.failed === 0 && notChecked === 0,
    done,
    ...(alreadyRunning && { alreadyRunning: true as const }),
    syncedCount: run.synced,
    skippedCount: run.skipped,
    reviewCount: run.review,
    failedCount: run.failed,
    notChecked,
    total: counted + notChecked,
    reach: run.reach === "tick" ? "tick" : "full",
    runId: run.id,
    durationMs: Math.round(durationMs),
    stripeRequests: run.stripeRequests,
    ...(run.reason !== null && { reason: run.reason }),
  };
}

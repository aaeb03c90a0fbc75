import type { ChangeActor } from "~/db/repairs.server";
import { createLiveRun, createRun, type RunRow } from "~/db/runs.server";
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
  for (;;) {
    const begun = await beginApply(parts, { actor: { kind: "cron", id: null } });
    const left = Math.max(0, started + budgetMs - performance.now());
    const done = await step(begun.run.id, left);
    const run = done?.run ?? begun.run;
    // Staff's preview was in the way; it is done, and wrote nothing: now everybody is reconciled.
    const isOutOfTheWay = run.intent === "preview" && run.state !== "running";
    if (isOutOfTheWay && performance.now() - started < budgetMs) continue;
    const isElsewhere = done?.worked === false && run.state === "running";
    return answerOf(run, performance.now() - started, isElsewhere);
  }
}

/** A preview writes nothing, whatever it intends. */
const NOBODY = { synced: 0, skipped: 0, review: 0, failed: 0 };

function answerOf(run: RunRow, durationMs: number, alreadyRunning: boolean): CronAnswer {
  const isPreview = run.intent === "preview";
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
    reach: run.reach === "tick" ? "tick" : "full",
    runId: run.id,
    durationMs: Math.round(durationMs),
    stripeRequests: run.stripeRequests,
    ...(run.reason !== null && { reason: run.reason }),
  };
}

import type { Deps } from "~/engine/evaluate/deps.server";
import { paymentToAccess } from "~/engine/repair/payment-to-access.server";
import {
  findRun,
  finishRun,
  LeaseLost,
  noteReason,
  type RunEnd,
  type RunRow,
  releaseLease,
  takeLease,
} from "~/engine/repair/runs.server";
import type { RequestOptions } from "~/stripe/reader.server";
import { runDividePhase } from "./divide-phase.server";
import { runEvaluatePhase } from "./evaluate-phase.server";
import { runEventsPhase } from "./events-phase.server";
import { runObservePhase } from "./observe-phase.server";
import { runReadPhase } from "./read-phase.server";
import { runRevocationPhase } from "./revocation-phase.server";
import type { RunSession, StepResult } from "./run-session";

const LEASE_SECONDS = 60;
/** All attempts of a request: until the budget is used up, but not longer, and never less than one fair try. */
const REQUEST_DEADLINE_MS = 25_000;
const LEAST_DEADLINE_MS = 2_000;

/** A run after a step. `worked` is false when it was over, or another holder has its lease. */
export type Step = { run: RunRow; worked: boolean };

/**
 * Does a bounded piece of a run: takes its lease, works until the budget is used, and says what is left. Any machine
 * may call it at any time; while another holds the lease it only looks. Null when there is no such run.
 */
export async function stepRun(
  deps: Deps,
  runId: string,
  budgetMs: number,
  newId: () => string,
): Promise<Step | null> {
  const owner = newId();
  const until = performance.now() + budgetMs;
  const leased = await takeLease(deps.db, runId, owner, LEASE_SECONDS);
  if (!leased) {
    const run = await findRun(deps.db, runId);
    return run && { run, worked: false };
  }
  try {
    await work(deps, leased, owner, until);
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    deps.log.warn({ runId }, "another process has taken this run over");
  } finally {
    await releaseLease(deps.db, runId, owner);
  }
  const run = await findRun(deps.db, runId);
  return run && { run, worked: true };
}

async function work(deps: Deps, leased: RunRow, owner: string, until: number): Promise<void> {
  let requests = 0;
  const how: RequestOptions = {
    priority: "background",
    get deadlineMs() {
      return Math.min(REQUEST_DEADLINE_MS, Math.max(LEAST_DEADLINE_MS, until - performance.now()));
    },
    onRequest: () => {
      requests += 1;
    },
  };
  const takeRequestCount = () => {
    const count = requests;
    requests = 0;
    return count;
  };
  const pause = (reason: string) =>
    noteReason(deps.db, leased.id, owner, { reason, stripeRequests: takeRequestCount() });
  const end = (state: RunEnd["state"], reason: string | null) =>
    finish(deps, { runId: leased.id, owner, state, reason, stripeRequests: takeRequestCount() });
  if (needsStripe(leased)) {
    const account = await deps.guard.check();
    const reason = account.ok ? null : `${account.reason}: ${account.message}`;
    if (reason !== null && !account.ok)
      return account.reason === "unreachable" ? pause(reason) : end("failed", reason);
  }
  let run: RunRow | null = leased;
  while (run?.state === "running") {
    if (run.cancelRequestedAt) return end("cancelled", "cancelled by staff");
    const result = await runNextPhase(deps, {
      run,
      owner,
      leaseSeconds: LEASE_SECONDS,
      how,
      takeRequestCount,
      until,
    });
    if (result.kind === "over") return end(result.failed === null ? "done" : "failed", result.failed);
    // What is committed stays; the next step, here or elsewhere, goes on from there.
    if (result.kind === "pause") return pause(result.reason);
    if (performance.now() >= until) return;
    run = await findRun(deps.db, run.id);
  }
}

/** A preview from what is stored asks Stripe nothing, and writes nothing that the account could spoil. */
const needsStripe = (run: RunRow) => run.mode !== "preview" || run.phase === "observe";

async function finish(deps: Deps, end: RunEnd): Promise<void> {
  await finishRun(deps.db, end);
  const ended = await findRun(deps.db, end.runId);
  if (!ended) return;
  const { id: runId, mode, scope, state, reason, stripeRequests } = ended;
  const { synced, skipped, review, failed, notChecked } = ended;
  const counts = { synced, skipped, review, failed, notChecked };
  const line = { runId, mode, scope, state, ...counts, stripeRequests, reason };
  if (end.state === "failed") deps.log.error(line, "run failed");
  else deps.log.info(line, "run finished");
  if (mode === "apply" && state === "done")
    deps.log.info({ layers: await paymentToAccess(deps.db) }, "payment to access");
}

function runNextPhase(deps: Deps, session: RunSession): Promise<StepResult> {
  switch (session.run.phase) {
    case "observe":
      return runObservePhase(deps, session);
    case "events":
      return runEventsPhase(deps, session);
    case "read":
      return runReadPhase(deps, session);
    case "divide":
      return runDividePhase(deps, session);
    case "evaluate":
      // A run that a version of before cut nowhere is divided first, or nobody would be evaluated.
      return session.run.cursor.ground === null
        ? runDividePhase(deps, session)
        : runEvaluatePhase(deps, session);
    case "revoke":
      return runRevocationPhase(deps, session);
    case "finished":
      return Promise.resolve({ kind: "over", failed: null });
  }
}

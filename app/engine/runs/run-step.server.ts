import { listRefusals } from "~/engine/account/stripe-refusals.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { countEndedRuns } from "~/engine/repair/metric-totals.server";
import { summarizePaymentToAccess } from "~/engine/repair/payment-to-access.server";
import { pickCounts } from "~/engine/repair/run-counts";
import type { RunPhase } from "~/engine/repair/run-cursor";
import type { RunState } from "~/engine/repair/run-types";
import { findRun, type RunRow } from "~/engine/repair/runs.server";
import { failSpan, withSpan } from "~/platform/tracing/spans.server";
import { PERMISSIONS } from "~/stripe/permissions/catalogue";
import { runDividePhase } from "./phases/divide-phase.server";
import { runEvaluatePhase } from "./phases/evaluate-phase.server";
import { runEventsPhase } from "./phases/events-phase.server";
import { runObservePhase } from "./phases/observe-phase.server";
import { runReadPhase } from "./phases/read-phase.server";
import { runRevocationPhase } from "./phases/revocation-phase.server";
import { runSessionsPhase } from "./phases/sessions-phase.server";
import { addContinueJob } from "./run-jobs.server";
import { LeaseLost, openRunSession, type RunSession, type StepResult } from "./run-session.server";

/** One bounded step of each phase; it commits what it did, and says what is left. */
const PHASES: Record<RunPhase, (deps: Deps, session: RunSession) => Promise<StepResult>> = {
  observe: runObservePhase,
  sessions: runSessionsPhase,
  events: runEventsPhase,
  read: runReadPhase,
  divide: runDividePhase,
  evaluate: runEvaluatePhase,
  revoke: runRevocationPhase,
  finished: async () => ({ kind: "finished", failure: null }),
};

/**
 * A run after a step. `worked` is false when it was over, or another process has its lease. `stopped`: this process is
 * shutting down and does no more; any other process goes on at once.
 */
export type Step = { run: RunRow; worked: boolean; stopped: boolean };

export type StepOptions = {
  budgetMs: number;
  createId: () => string;
  /** Aborted when this process shuts down: the step ends with what is being committed. */
  stop: AbortSignal;
};

/**
 * Works on a run for `budgetMs` milliseconds: takes its lease, does one step after another, and returns the run as it is then. Any
 * process may call it at any time; while another process holds the lease it only looks. Null when there is no such run.
 */
export async function stepRun(
  deps: Deps,
  runId: string,
  { budgetMs, createId, stop }: StepOptions,
): Promise<Step | null> {
  const until = performance.now() + budgetMs;
  const session = stop.aborted
    ? null
    : await openRunSession(deps.db, { runId, owner: createId(), until, stop });
  if (session === null) {
    const run = await findRun(deps.db, runId);
    return run && { run, worked: false, stopped: stop.aborted };
  }
  const { mode, scope } = session.run;
  const attributes = { "parity.run.id": runId, "parity.run.mode": mode, "parity.run.scope": scope };
  try {
    await withSpan({ name: "run", attributes }, () => workOnRun(deps, session));
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    deps.log.warn({ runId }, "run lease lost to another process");
  } finally {
    await session.release();
  }
  const run = await findRun(deps.db, runId);
  if (stop.aborted && run?.state === "running") await handOver(deps, run);
  return run && { run, worked: true, stopped: stop.aborted };
}

/** The lease is free already. */
async function handOver({ db, log }: Deps, { id: runId, cursor }: RunRow): Promise<void> {
  log.info({ runId, phase: cursor.phase }, "run handed over; this process is shutting down");
  await addContinueJob(db, runId).catch((err: unknown) => log.debug({ err, runId }, "run not queued"));
}

async function workOnRun(deps: Deps, session: RunSession): Promise<void> {
  if (needsStripe(session.run)) {
    const account = await deps.guard.check();
    if (!account.ok) {
      const reason = `${account.reason}: ${account.message}`;
      return account.reason === "unreachable" ? session.pause(reason) : end(deps, session, "failed", reason);
    }
    if (session.run.stripeRequests === 0) await askAboutRefusals(deps);
  }
  for (;;) {
    if (session.run.cancelRequestedAt) return end(deps, session, "cancelled", "canceled by staff");
    const result = await workOnPhase(deps, session);
    if (result === TIME_IS_UP) return;
    if (result.kind === "finished")
      return end(deps, session, result.failure === null ? "done" : "failed", result.failure);
    // What is committed stays; the next step, in this process or another, goes on from there.
    if (result.kind === "pause") return session.pause(result.reason);
  }
}

const TIME_IS_UP = Symbol("time is up");

/** The steps of one phase, within one span: until another one begins, the run waits or ends, or the time is up. */
function workOnPhase(deps: Deps, session: RunSession): Promise<StepResult | typeof TIME_IS_UP> {
  const { phase } = session.run.cursor;
  return withSpan({ name: `phase ${phase}`, attributes: { "parity.run.phase": phase } }, async (span) => {
    for (let steps = 1; ; steps += 1) {
      const result = await PHASES[phase](deps, session);
      span.setAttribute("parity.run.steps", steps);
      if (result.kind === "pause") span.setAttribute("parity.run.reason", result.reason);
      if (result.kind === "finished" && result.failure !== null) failSpan(span, "failed");
      if (result.kind !== "continue") return result;
      if (!session.hasTime() || !(await session.refresh())) return TIME_IS_UP;
      if (session.run.cancelRequestedAt || session.run.cursor.phase !== phase) return result;
    }
  });
}

/** What Stripe refused before may have been granted meanwhile: one request for each when a run begins, and none when nothing is missing. */
async function askAboutRefusals({ db, stripe }: Deps): Promise<void> {
  const refused = await listRefusals(db);
  for (const permission of PERMISSIONS)
    if (permission.key === "secret" && refused.some(({ subject }) => subject === permission.id))
      await stripe.probe(permission);
}

/** A preview from what is stored asks Stripe nothing, and writes nothing that a wrong account could spoil. */
const needsStripe = ({ mode, cursor }: RunRow) =>
  mode !== "preview" || cursor.phase === "observe" || cursor.phase === "sessions";

async function end(
  deps: Deps,
  session: RunSession,
  state: Exclude<RunState, "running">,
  reason: string | null,
): Promise<void> {
  await session.finish(state, reason);
  await countEndedRuns(deps.db, [session.run.id]);
  const run = await findRun(deps.db, session.run.id);
  if (!run) return;
  const { id: runId, mode, scope, stripeRequests } = run;
  const line = {
    runId,
    mode,
    scope,
    state: run.state,
    ...pickCounts(run),
    stripeRequests,
    reason: run.reason,
  };
  if (state === "failed") deps.log.error(line, "run failed");
  else deps.log.info(line, "run finished");
  if (mode === "apply" && run.state === "done")
    deps.log.info({ layers: await summarizePaymentToAccess(deps.db) }, "payment to access");
}

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
import type { How } from "~/stripe/reader.server";
import { dividePiece } from "./divide-phase.server";
import { eventsPiece } from "./events-phase.server";
import type { HeldRun, PieceResult } from "./held-run";
import { judgePieces } from "./judge-phase.server";
import { lowerPiece } from "./lower-phase.server";
import { observePieces } from "./observe-phase.server";
import type { Parts } from "~/engine/evaluate/parts.server";
import { readPiece } from "./read-phase.server";

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
  parts: Parts,
  runId: string,
  budgetMs: number,
  newId: () => string,
): Promise<Step | null> {
  const owner = newId();
  const until = performance.now() + budgetMs;
  const leased = await takeLease(parts.db, runId, owner, LEASE_SECONDS);
  if (!leased) {
    const run = await findRun(parts.db, runId);
    return run && { run, worked: false };
  }
  try {
    await work(parts, leased, owner, until);
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    parts.log.warn({ runId }, "another process has taken this run over");
  } finally {
    await releaseLease(parts.db, runId, owner);
  }
  const run = await findRun(parts.db, runId);
  return run && { run, worked: true };
}

async function work(parts: Parts, leased: RunRow, owner: string, until: number): Promise<void> {
  let requests = 0;
  const how: How = {
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
    noteReason(parts.db, leased.id, owner, { reason, stripeRequests: takeRequestCount() });
  const end = (state: RunEnd["state"], reason: string | null) =>
    finish(parts, { runId: leased.id, owner, state, reason, stripeRequests: takeRequestCount() });
  if (needsStripe(leased)) {
    const account = await parts.guard.check();
    const reason = account.ok ? null : `${account.reason}: ${account.message}`;
    if (reason !== null && !account.ok)
      return account.reason === "unreachable" ? pause(reason) : end("failed", reason);
  }
  let run: RunRow | null = leased;
  while (run?.state === "running") {
    if (run.cancelRequestedAt) return end("cancelled", "cancelled by staff");
    const result = await nextPiece(parts, {
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
    run = await findRun(parts.db, run.id);
  }
}

/** A preview from what is stored asks Stripe nothing, and writes nothing that the account could spoil. */
const needsStripe = (run: RunRow) => run.intent !== "preview" || run.phase === "observe";

async function finish(parts: Parts, end: RunEnd): Promise<void> {
  await finishRun(parts.db, end);
  const ended = await findRun(parts.db, end.runId);
  if (!ended) return;
  const { id: runId, intent, reach, state, reason, stripeRequests } = ended;
  const { synced, skipped, review, failed, notChecked } = ended;
  const counts = { synced, skipped, review, failed, notChecked };
  const line = { runId, intent, reach, state, ...counts, stripeRequests, reason };
  if (end.state === "failed") parts.log.error(line, "run failed");
  else parts.log.info(line, "run finished");
  if (intent === "apply" && state === "done")
    parts.log.info({ layers: await paymentToAccess(parts.db) }, "payment to access");
}

function nextPiece(parts: Parts, held: HeldRun): Promise<PieceResult> {
  switch (held.run.phase) {
    case "observe":
      return observePieces(parts, held);
    case "events":
      return eventsPiece(parts, held);
    case "read":
      return readPiece(parts, held);
    case "divide":
      return dividePiece(parts, held);
    case "judge":
      // A run that a version of before cut nowhere is divided first, or nobody would be judged.
      return held.run.cursor.ground === null ? dividePiece(parts, held) : judgePieces(parts, held);
    case "lower":
      return lowerPiece(parts, held);
    case "finished":
      return Promise.resolve({ kind: "over", failed: null });
  }
}

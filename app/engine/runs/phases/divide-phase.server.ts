import { findEvaluatedContext } from "~/engine/account/cursors.server";
import { type Deps, loadEvaluationContext } from "~/engine/evaluate/deps.server";
import { fingerprintContext } from "~/engine/evaluate/hash.server";
import type { RunSession, StepResult } from "~/engine/runs/run-session.server";
import { retryOnDeadlock } from "~/platform/deadlock.server";
import { notePaddedIds } from "./note-padded-ids.server";
import { cutBatches } from "./run-batches.server";
import { chooseShareOfSettled } from "./settled-users.server";

/** Users that one transaction evaluates and repairs. */
export const BATCH = 2_000;
/** From this many batches on other processes are asked to help. */
const WORTH_HELP = 4;
const MOST_HELPERS = 8;

/**
 * Divides the users into batches that any process may evaluate. An incremental run evaluates the recheck queue; all users
 * are evaluated in a full run, and when plans or rules have changed since all were. A scheduled full run leaves out those whose
 * evaluation would say the same again.
 */
export async function runDividePhase(deps: Deps, session: RunSession): Promise<StepResult> {
  const { run } = session;
  const context = await loadEvaluationContext(deps.db);
  const contextFingerprint = fingerprintContext(context);
  const isSame = (await findEvaluatedContext(deps.db)) === contextFingerprint;
  const allUsers = run.scope === "full" || (run.scope === "incremental" && !isSame);
  // Who asks for a full run by hand wants everything evaluated.
  const mayLeaveOut = isSame && run.scope === "full" && run.mode === "apply" && run.actor.kind === "cron";
  // An incremental run has done it for those who have changed, and selected users are evaluated by what the last run noted.
  if (allUsers && run.selectionId === null) await retryOnDeadlock(deps.db, (tx) => notePaddedIds(tx, null));
  const shareOfSettled = mayLeaveOut ? await chooseShareOfSettled(deps.db, context) : null;
  const batches = await deps.db.$transaction(async (tx) => {
    const count = await cutBatches(tx, run.id, { allUsers, selectionId: run.selectionId }, BATCH);
    await session.commit(tx, { cursor: { phase: "evaluate", allUsers, contextFingerprint, shareOfSettled } });
    return count;
  });
  if (batches >= WORTH_HELP) await deps.callHelp(run.id, Math.min(batches - 1, MOST_HELPERS));
  return { kind: "continue" };
}

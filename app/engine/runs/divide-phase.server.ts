import { findEvaluatedContext } from "~/engine/account/cursors.server";
import { type Deps, loadEvaluationContext } from "~/engine/evaluate/deps.server";
import { fingerprintContext } from "~/engine/evaluate/hash.server";
import { saveProgress } from "~/engine/repair/runs.server";
import { cutBatches } from "./run-batches.server";
import type { RunSession, StepResult } from "./run-session";

/** Users that one transaction evaluates and repairs. */
export const BATCH = 2_000;
/** From so many batches on other processes are called to help. */
const WORTH_HELP = 4;
const MOST_HELPERS = 8;

/**
 * Cuts the users into batches that any process may evaluate. A tick evaluates who is marked; everybody is evaluated at the end
 * of a pass, and when the plans or the rules have changed since everybody was.
 */
export async function runDividePhase(deps: Deps, session: RunSession): Promise<StepResult> {
  const { run } = session;
  const ground = fingerprintContext(await loadEvaluationContext(deps.db));
  const everyone = run.scope !== "incremental" || (await findEvaluatedContext(deps.db)) !== ground;
  const batches = await deps.db.$transaction(async (tx) => {
    const cut = await cutBatches(tx, run.id, everyone, BATCH);
    const cursor = { ...run.cursor, everyone, ground };
    const stripeRequests = session.takeRequestCount();
    const progress = { cursor, phase: "evaluate" as const, stripeRequests };
    await saveProgress(tx, run.id, session.owner, session.leaseSeconds, progress);
    return cut;
  });
  if (batches >= WORTH_HELP) await deps.callHelp(run.id, Math.min(batches - 1, MOST_HELPERS));
  return { kind: "on" };
}

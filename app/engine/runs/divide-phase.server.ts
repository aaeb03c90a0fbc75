import { lastGround } from "~/engine/account/cursors.server";
import { cutBatches } from "./run-batches.server";
import { saveProgress } from "~/engine/repair/runs.server";
import { fingerprintOfGround } from "~/engine/evaluate/hash.server";
import type { HeldRun, PieceResult } from "./held-run";
import { loadGround, type Parts } from "~/engine/evaluate/parts.server";

/** Users that one transaction judges and repairs. */
export const BATCH = 2_000;
/** From so many batches on other processes are called to help. */
const WORTH_HELP = 4;
const MOST_HELPERS = 8;

/**
 * Cuts the users into batches that any process may judge. A tick judges who is marked; everybody is judged at the end
 * of a pass, and when the plans or the rules have changed since everybody was.
 */
export async function dividePiece(parts: Parts, held: HeldRun): Promise<PieceResult> {
  const { run } = held;
  const ground = fingerprintOfGround(await loadGround(parts.db));
  const everyone = run.reach !== "tick" || (await lastGround(parts.db)) !== ground;
  const batches = await parts.db.$transaction(async (tx) => {
    const cut = await cutBatches(tx, run.id, everyone, BATCH);
    const cursor = { ...run.cursor, everyone, ground };
    const stripeRequests = held.takeRequestCount();
    const progress = { cursor, phase: "judge" as const, stripeRequests };
    await saveProgress(tx, run.id, held.owner, held.leaseSeconds, progress);
    return cut;
  });
  if (batches >= WORTH_HELP) await parts.callHelp(run.id, Math.min(batches - 1, MOST_HELPERS));
  return { kind: "on" };
}

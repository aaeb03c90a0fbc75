import type { Tx } from "~/db/client.server";
import { breakerHasRoom } from "~/db/repairs.server";
import { previewedHashes, type RunUserRow, saveRunUsers } from "~/db/run-users.server";
import { type RunCounts, saveProgress } from "~/db/runs.server";
import { userIdsAfter } from "~/db/users.server";
import type { HeldRun, PieceResult } from "./held-run";
import { loadGround, type Parts } from "./parts.server";
import { reconcileUsers, type UserOutcome } from "./reconcile-users.server";

const BATCH = 500;

/**
 * Judges the next batch of users and repairs what may be repaired at once; the cursor advances in the same
 * transaction. Lowerings are only noted: each wants a fresh read of its own first.
 */
export async function judgePiece(parts: Parts, held: HeldRun): Promise<PieceResult> {
  const { run } = held;
  const isPreview = run.intent === "preview";
  const userIds = await userIdsAfter(parts.db, run.cursor.afterUserId, BATCH);
  const last = userIds.at(-1);
  if (last === undefined) return endOfJudging(parts, held);
  const ground = await loadGround(parts.db);
  const automatic = run.actorKind !== "staff";
  await reconcileUsers(parts.db, {
    log: parts.log,
    userIds,
    ground,
    actor: { kind: run.actorKind, id: run.actor },
    apply: !isPreview,
    // A preview from what is stored writes nothing but itself; one that read Stripe keeps what it judged.
    keepStandings: !isPreview || run.observed > 0,
    addressesRead: ground.pass?.runId === run.id,
    // However long a lowering has waited, what is known of it must be newer than this pass.
    evidenceAfter: run.cursor.lastEnded,
    breakerHasRoom: !automatic || (await breakerHasRoom(parts.db, ground.settings.breaker)),
    previewed: run.previewRunId ? await previewedHashes(parts.db, run.previewRunId, userIds) : null,
    runId: () => Promise.resolve(run.id),
    commit: (tx, outcomes) => commitBatch(tx, held, outcomes, last),
  });
  return { kind: "on" };
}

async function commitBatch(
  tx: Tx,
  held: HeldRun,
  outcomes: readonly UserOutcome[],
  afterUserId: string,
): Promise<void> {
  await saveRunUsers(tx, held.run.id, outcomes.flatMap(toRunUser));
  // In an applying run what is still intended waits for its fresh read, and is counted when that is done.
  const counted = outcomes.filter(({ outcome }) => held.run.intent === "preview" || outcome !== "intended");
  const cursor = { ...held.run.cursor, afterUserId };
  const progress = { cursor, stripeRequests: held.takeRequestCount(), ...countsOf(counted) };
  await saveProgress(tx, held.run.id, held.owner, held.leaseSeconds, progress);
}

/** The counts of a run, from the outcomes of its users. What a preview intends counts as what it would become. */
export function countsOf(outcomes: readonly UserOutcome[]): RunCounts {
  const counts: RunCounts = { synced: 0, skipped: 0, review: 0, failed: 0, notChecked: 0 };
  for (const { outcome } of outcomes) {
    if (outcome === "synced" || outcome === "intended") counts.synced += 1;
    else if (outcome === "in_step") counts.skipped += 1;
    else if (outcome === "failed") counts.failed += 1;
    else if (outcome === "not_checked") counts.notChecked += 1;
    else counts.review += 1;
  }
  return counts;
}

/** The row of a run for a user; none for those in step. */
export function toRunUser(outcome: UserOutcome): RunUserRow[] {
  if (outcome.outcome === "in_step") return [];
  const { userId, reason, raises, lowers, intendedHash } = outcome;
  const { verdict } = outcome.before.judgement;
  return [{ userId, verdict, intendedHash, outcome: outcome.outcome, reason, raises, lowers }];
}

async function endOfJudging(parts: Parts, held: HeldRun): Promise<PieceResult> {
  if (held.run.intent === "preview") return { kind: "over", failed: null };
  await parts.db.$transaction((tx) =>
    saveProgress(tx, held.run.id, held.owner, held.leaseSeconds, { phase: "lower" }),
  );
  return { kind: "on" };
}

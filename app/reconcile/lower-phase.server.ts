import { judge } from "~/billing/judge";
import { DEFAULT_GATES, endCheck } from "~/db/checks.server";
import { breakerHasRoom } from "~/db/repairs.server";
import { forgetRunUsers, pendingLowerings, previewedHashes, saveRunUsers } from "~/db/run-users.server";
import { saveProgress } from "~/db/runs.server";
import { loadSituations } from "~/db/situations.server";
import { nextStamp } from "~/db/stamps.server";
import type { HeldRun, PieceResult } from "./held-run";
import { countsOf, toRunUser } from "./judge-phase.server";
import { customerIdsOf } from "./judge-users.server";
import { type Ground, loadGround, loadOptions, type Parts } from "./parts.server";
import { readCustomers } from "./read-customers.server";
import { reconcileUsers, type UserOutcome } from "./reconcile-users.server";

const BATCH = 20;

/**
 * Makes the lowerings of a run, each on a complete read of every linked customer that started after it was judged:
 * one request more for each. What cannot be read again is not lowered.
 */
export async function lowerPiece(parts: Parts, held: HeldRun): Promise<PieceResult> {
  const { run } = held;
  const userIds = await pendingLowerings(parts.db, run.id, run.cursor.afterLoweredId, BATCH);
  const last = userIds.at(-1);
  if (last === undefined) return { kind: "over", failed: null };
  const ground = await loadGround(parts.db);
  const automatic = run.actorKind !== "staff";
  const hasRoom = !automatic || (await breakerHasRoom(parts.db, ground.settings.breaker));
  const evidenceAfter = await nextStamp(parts.db);
  const failures = hasRoom ? await readLinked(parts, held, userIds, ground) : new Map<string, string>();
  for (const [userId, reason] of failures) await endCheck(parts.db, userId, reason, DEFAULT_GATES);
  await reconcileUsers(parts.db, {
    log: parts.log,
    userIds,
    ground,
    actor: { kind: run.actorKind, id: run.actor },
    apply: true,
    keepStandings: true,
    addressesRead: ground.pass?.runId === run.id,
    evidenceAfter,
    breakerHasRoom: hasRoom,
    previewed: run.previewRunId ? await previewedHashes(parts.db, run.previewRunId, userIds) : null,
    runId: () => Promise.resolve(run.id),
    commit: async (tx, judged) => {
      const outcomes = judged.map((one) => settle(one, failures.get(one.userId) ?? null));
      await saveRunUsers(tx, run.id, outcomes.flatMap(toRunUser));
      // In step after all, or deleted meanwhile.
      const kept = new Set(
        outcomes.flatMap(({ userId, outcome }) => (outcome === "in_step" ? [] : [userId])),
      );
      const over = userIds.filter((userId) => !kept.has(userId));
      await forgetRunUsers(tx, run.id, over);
      const cursor = { ...run.cursor, afterLoweredId: last };
      const progress = { cursor, stripeRequests: held.takeRequestCount(), ...countsOf(outcomes) };
      await saveProgress(tx, run.id, held.owner, held.leaseSeconds, progress);
    },
  });
  return { kind: "on" };
}

/** Reads every customer of these users; returns why, for the users of whom one could not be read. */
async function readLinked(
  parts: Parts,
  held: HeldRun,
  userIds: readonly string[],
  ground: Ground,
): Promise<Map<string, string>> {
  const situations = await loadSituations(parts.db, userIds, loadOptions(ground, false));
  const customersOf = new Map(
    situations.map((one) => [one.record.userId, customerIdsOf(judge(one, ground.context))]),
  );
  const { failures } = await readCustomers(parts, [...customersOf.values()].flat(), held.how);
  const failed = new Map<string, string>();
  for (const [userId, customerIds] of customersOf) {
    const failure = customerIds.map((id) => failures.get(id)).find((one) => one !== undefined);
    if (failure) failed.set(userId, failure.reason);
  }
  return failed;
}

/** After its read nothing is merely intended any more: it was done, it failed, or it is withheld. */
function settle(outcome: UserOutcome, failure: string | null): UserOutcome {
  if (outcome.outcome !== "intended") return outcome;
  return failure === null
    ? { ...outcome, outcome: "withheld", reason: "not_read_since" }
    : { ...outcome, outcome: "failed", reason: `lookup_failed: ${failure}` };
}

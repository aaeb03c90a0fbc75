import type { Actor } from "~/engine/account/actor";
import type { Decided } from "~/engine/decisions/decide.server";
import { type Deps, loadEvaluationContext } from "~/engine/evaluate/deps.server";
import { enqueueRechecks } from "~/engine/observe/recheck-queue.server";
import { reconcileUsers } from "~/engine/repair/reconcile-users.server";
import { syncUser } from "~/engine/sync/sync-user.server";
import { type SyncResult, toSyncResult } from "../sync-result.server";

/** More users than this are left to the next run, which finds them in the recheck queue. */
const MOST_AT_ONCE = 200;
const PERSON_WAITS_MS = 40_000;

/**
 * After a decision: the users concerned are evaluated again, so that lists show it at once, and the one that it is about is
 * synced. That sync takes access only where the decision itself is to take it; on hold, nothing is written.
 */
export async function followUp(
  deps: Deps,
  { userIds, followUp, mayRevoke, writeMode }: Decided,
  { actor, signal }: { actor: Actor; signal?: AbortSignal },
): Promise<SyncResult | null> {
  const [userId] = userIds;
  if (userId === undefined) return null;
  const isHeld = await evaluateAgain(deps, userIds.slice(0, MOST_AT_ONCE), actor);
  if (followUp !== "sync" || isHeld(userId)) return null;
  const synced = await syncUser(deps, {
    userId,
    actor,
    apply: true,
    grantOnly: !mayRevoke,
    deadlineMs: PERSON_WAITS_MS,
    signal,
  });
  if (!synced) return null;
  const result = toSyncResult(synced);
  if (result.blocked !== "grant_only" || writeMode !== "full") return result;
  // Nothing stands in the way of the next run, which evaluates it again.
  await deps.db.$transaction((tx) => enqueueRechecks(tx, [userId]));
  return {
    ...result,
    message: "Access was not taken by this decision. Sync, or the next run, evaluates that.",
  };
}

/** So that lists show at once what a decision has made of these users. Nothing of them is written. */
export async function evaluateAgain(deps: Deps, userIds: readonly string[], actor: Actor) {
  const { outcomes } = await reconcileUsers(deps.db, {
    log: deps.log,
    userIds,
    context: await loadEvaluationContext(deps.db),
    actor,
    apply: false,
    saveStatuses: true,
    addressesRead: false,
    run: null,
  });
  const held = new Set(outcomes.flatMap(({ userId, before }) => (before.evaluation.onHold ? [userId] : [])));
  return (userId: string) => held.has(userId);
}

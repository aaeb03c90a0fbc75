import { subscriptionsInOrder } from "~/billing/choice";
import { mismatchesBetween } from "~/billing/mismatches";
import { describeMismatch } from "~/billing/words/field-words";
import type { EvaluationContext } from "~/engine/evaluate/deps.server";
import { type Evaluated, evaluateOne } from "~/engine/evaluate/evaluate-users.server";
import { loadSnapshotsInContext } from "~/engine/evaluate/load-snapshots-in-context.server";
import { blockedOf } from "~/engine/evaluate/sync-statuses.server";
import { workspaceNames } from "~/engine/evaluate/users.server";
import { type ChangeRow, changesOfUser } from "~/engine/repair/changes.server";
import type { Database } from "~/platform/client.server";
import { staffNames } from "./account-facts.server";
import { callerName } from "./run-view.server";
import { comparisonOf, linkViews, subscriptionViews, syncWill, userViewOf } from "./user-view.server";
import type { TimelineEntry, UserPage, UserView } from "./views";

const AS_STAFF = { automatic: false, revocationLimitHasRoom: true, confirmed: null };
const TIMELINE_LENGTH = 50;

/** Users evaluated now against the live record, in the order given; unknown ids are left out. Asks Stripe nothing. */
export async function viewUsers(db: Database, userIds: readonly string[]): Promise<UserView[]> {
  if (userIds.length === 0) return [];
  const [{ ground, snapshots }, workspaces, blocked] = await Promise.all([
    loadSnapshotsInContext(db, userIds),
    workspaceNames(db, userIds),
    blockedOf(db, userIds),
  ]);
  const names = new Map(workspaces.map(({ id, name }) => [id, name]));
  return snapshots.map((snapshot) =>
    userViewOf({
      evaluated: evaluateOne(snapshot, ground, AS_STAFF),
      catalogue: ground.context.catalogue,
      workspaceNames: names,
      blockedBefore: blocked.get(snapshot.record.userId) ?? null,
    }),
  );
}

/** Everything about one user; null when there is none. Asks Stripe nothing. */
export async function userPageOf(db: Database, userId: string): Promise<UserPage | null> {
  const [{ ground, snapshots }, workspaces, blocked, timeline] = await Promise.all([
    loadSnapshotsInContext(db, [userId]),
    workspaceNames(db, [userId]),
    blockedOf(db, [userId]),
    timelineOf(db, userId),
  ]);
  const [snapshot] = snapshots;
  if (!snapshot) return null;
  const evaluated = evaluateOne(snapshot, ground, AS_STAFF);
  const names = new Map(workspaces.map(({ id, name }) => [id, name]));
  return {
    user: userViewOf({
      evaluated,
      catalogue: ground.context.catalogue,
      workspaceNames: names,
      blockedBefore: blocked.get(userId) ?? null,
    }),
    comparison: comparisonOf(evaluated, names),
    syncWill: syncWill(snapshot.record, evaluated),
    subscriptions: subscriptionViews(allInOrder(evaluated, ground)),
    links: linkViews(evaluated),
    suggestions: evaluated.evaluation.suggestions,
    timeline,
  };
}

const allInOrder = ({ snapshot, evaluation }: Evaluated, ground: EvaluationContext) =>
  subscriptionsInOrder({
    subscriptions: evaluation.subscriptions,
    recordedSubscriptionId: snapshot.record.billing?.stripeSubscriptionId ?? null,
    ...ground.context,
  });

async function timelineOf(db: Database, userId: string): Promise<TimelineEntry[]> {
  const changes = await changesOfUser(db, userId, TIMELINE_LENGTH);
  const names = await staffNames(
    db,
    changes.flatMap(({ actorKind, actor }) => (actorKind === "staff" && actor !== null ? [actor] : [])),
  );
  return changes.map((change) => ({
    at: Math.floor(change.createdAt.getTime() / 1000),
    title: `Synced by ${callerName(change.actorKind, change.actor, names)}`,
    changes: changeLines(change),
    runId: change.runId,
  }));
}

function changeLines({ before, after }: ChangeRow): string[] {
  const currency = after.billing?.currency ?? before.billing?.currency ?? null;
  return mismatchesBetween(before, after).map((mismatch) => describeMismatch(mismatch, currency));
}

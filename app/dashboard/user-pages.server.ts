import { subscriptionsInOrder } from "~/billing/choice";
import { describeMismatch } from "~/billing/words/field-words";
import { mismatchesBetween } from "~/billing/mismatches";
import { staffNames } from "./account-facts.server";
import { type ChangeRow, changesOfUser } from "~/engine/repair/changes.server";
import type { Database } from "~/platform/client.server";
import { withheldOf } from "~/engine/evaluate/standings.server";
import { workspaceNames } from "~/engine/evaluate/users.server";
import { type Judged, judgeOne } from "~/engine/evaluate/judge-users.server";
import { loadOnGround } from "~/engine/evaluate/load-on-ground.server";
import type { Ground } from "~/engine/evaluate/parts.server";
import { callerName } from "./run-view.server";
import { comparisonOf, linkViews, subscriptionViews, syncWill, userViewOf } from "./user-view.server";
import type { TimelineEntry, UserPage, UserView } from "./views";

const AS_STAFF = { automatic: false, breakerHasRoom: true, confirmed: null };
const TIMELINE_LENGTH = 50;

/** Users judged now against the live record, in the order given; unknown ids are left out. Asks Stripe nothing. */
export async function viewUsers(db: Database, userIds: readonly string[]): Promise<UserView[]> {
  if (userIds.length === 0) return [];
  const [{ ground, situations }, workspaces, withheld] = await Promise.all([
    loadOnGround(db, userIds),
    workspaceNames(db, userIds),
    withheldOf(db, userIds),
  ]);
  const names = new Map(workspaces.map(({ id, name }) => [id, name]));
  return situations.map((situation) =>
    userViewOf({
      judged: judgeOne(situation, ground, AS_STAFF),
      catalogue: ground.context.catalogue,
      workspaceNames: names,
      withheldBefore: withheld.get(situation.record.userId) ?? null,
    }),
  );
}

/** Everything about one user; null when there is none. Asks Stripe nothing. */
export async function userPageOf(db: Database, userId: string): Promise<UserPage | null> {
  const [{ ground, situations }, workspaces, withheld, timeline] = await Promise.all([
    loadOnGround(db, [userId]),
    workspaceNames(db, [userId]),
    withheldOf(db, [userId]),
    timelineOf(db, userId),
  ]);
  const [situation] = situations;
  if (!situation) return null;
  const judged = judgeOne(situation, ground, AS_STAFF);
  const names = new Map(workspaces.map(({ id, name }) => [id, name]));
  return {
    user: userViewOf({
      judged,
      catalogue: ground.context.catalogue,
      workspaceNames: names,
      withheldBefore: withheld.get(userId) ?? null,
    }),
    comparison: comparisonOf(judged, names),
    syncWill: syncWill(situation.record, judged),
    subscriptions: subscriptionViews(allInOrder(judged, ground)),
    links: linkViews(judged),
    suggestions: judged.judgement.suggestions,
    timeline,
  };
}

const allInOrder = ({ situation, judgement }: Judged, ground: Ground) =>
  subscriptionsInOrder({
    subscriptions: judgement.subscriptions,
    recordedSubscriptionId: situation.record.billing?.stripeSubscriptionId ?? null,
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

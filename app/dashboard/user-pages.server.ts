import type { EpochSeconds } from "~/billing/observation";
import { AS_STAFF, evaluateUser } from "~/engine/evaluate/evaluate-users.server";
import { loadInContext } from "~/engine/evaluate/load-in-context.server";
import { listBlocked } from "~/engine/evaluate/sync-statuses.server";
import { workspaceNames } from "~/engine/evaluate/users.server";
import type { Database } from "~/platform/client.server";
import { type ActivityEntry, listActivity } from "./activity/activity.server";
import { type ComparisonLine, compareRecords, listPlannedChanges } from "./comparison.server";
import {
  type LinkView,
  type SubscriptionView,
  toLinkViews,
  toSubscriptionViews,
  toUserView,
  type UserView,
} from "./user-view.server";

export type TimelineEntry = {
  at: EpochSeconds;
  /** `change:12`, `decision:3` */
  key: string;
  /** e.g. "Put on hold by Ada (staff)", "Access given by the scheduler" */
  title: string;
  /** Lines "field: before → after"; empty when the entry changed nothing. */
  changes: string[];
  /** What the person typed who approved it; null for an automatic change. */
  reason: string | null;
  runId: string | null;
  /** What takes it back; null where that is not possible. */
  undo: ActivityEntry["undo"];
};

export type UserPage = {
  user: UserView;
  comparison: ComparisonLine[];
  /** What pressing Sync will change, as lines "field: before → after"; empty when nothing. */
  plannedChanges: string[];
  subscriptions: SubscriptionView[];
  links: LinkView[];
  /** Unlinked paying customers with this user's email address. */
  possibleMatches: string[];
  timeline: TimelineEntry[];
};

const TIMELINE_LENGTH = 50;

/** Users as lists and their own pages show them. Sends no request to Stripe. */
export function createUserPages({ db }: { db: Database }) {
  return {
    /** In the order given; unknown ids are left out. */
    views: (userIds: readonly string[]) => loadUserViews(db, userIds),
    /** Null when there is no such user. */
    userPage: (userId: string) => loadUserPage(db, userId),
  };
}

/** Evaluates the users now against the live record, in the order given; unknown ids are left out. */
export async function loadUserViews(db: Database, userIds: readonly string[]): Promise<UserView[]> {
  if (userIds.length === 0) return [];
  const [{ context, snapshots }, workspaces, blocked] = await Promise.all([
    loadInContext(db, userIds),
    workspaceNames(db, userIds),
    listBlocked(db, userIds),
  ]);
  const names = new Map(workspaces.map(({ id, name }) => [id, name]));
  return snapshots.map((snapshot) =>
    toUserView({
      evaluated: evaluateUser(snapshot, context, AS_STAFF),
      catalogue: context.rules.catalogue,
      workspaceNames: names,
      blockedBefore: blocked.get(snapshot.record.userId) ?? null,
    }),
  );
}

/** Everything about one user, evaluated now; null when there is no such user. */
export async function loadUserPage(db: Database, userId: string): Promise<UserPage | null> {
  const [{ context, snapshots }, workspaces, blocked, timeline] = await Promise.all([
    loadInContext(db, [userId]),
    workspaceNames(db, [userId]),
    listBlocked(db, [userId]),
    loadTimeline(db, userId),
  ]);
  const [snapshot] = snapshots;
  if (!snapshot) return null;
  const evaluated = evaluateUser(snapshot, context, AS_STAFF);
  const names = new Map(workspaces.map(({ id, name }) => [id, name]));
  return {
    user: toUserView({
      evaluated,
      catalogue: context.rules.catalogue,
      workspaceNames: names,
      blockedBefore: blocked.get(userId) ?? null,
    }),
    comparison: compareRecords(evaluated, names),
    plannedChanges: listPlannedChanges(snapshot.record, evaluated),
    subscriptions: toSubscriptionViews(evaluated.evaluation, context.rules),
    links: toLinkViews(evaluated),
    possibleMatches: evaluated.evaluation.possibleMatches,
    timeline,
  };
}

async function loadTimeline(db: Database, userId: string): Promise<TimelineEntry[]> {
  const { entries } = await listActivity(db, { userId, limit: TIMELINE_LENGTH });
  return entries.map(({ at, title, by, changes, reason, runId, key, undo }) => ({
    ...{ at, changes, reason, runId, key, undo },
    title: `${title} by ${by}`,
  }));
}

import { findMismatches } from "~/billing/mismatches";
import type { EpochSeconds } from "~/billing/observation";
import { describeMismatch, readCurrencies } from "~/billing/words/field-words";
import { AS_STAFF, evaluateUser } from "~/engine/evaluate/evaluate-users.server";
import { loadInContext } from "~/engine/evaluate/load-in-context.server";
import { listBlocked } from "~/engine/evaluate/sync-statuses.server";
import { workspaceNames } from "~/engine/evaluate/users.server";
import { type ChangeRow, listChanges } from "~/engine/repair/changes.server";
import type { Database } from "~/platform/client.server";
import { loadStaffNames } from "./account-facts.server";
import { type ComparisonLine, compareRecords, listPlannedChanges } from "./comparison.server";
import { describeRepairer } from "./run-view.server";
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
  /** e.g. "Repaired by Ada (staff)", "Repaired by the scheduler" */
  title: string;
  /** Lines "field: before → after"; empty when the entry changed nothing. */
  changes: string[];
  /** What the person typed who approved it; null for an automatic change. */
  reason: string | null;
  runId: string | null;
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
  const changes = await listChanges(db, userId, TIMELINE_LENGTH);
  const names = await loadStaffNames(
    db,
    changes.flatMap(({ actorKind, actor }) => (actorKind === "staff" && actor !== null ? [actor] : [])),
  );
  return changes.map((change) => ({
    at: Math.floor(change.createdAt.getTime() / 1000),
    title: `Repaired by ${describeRepairer(change.actorKind, change.actor, names)}`,
    changes: describeChange(change),
    reason: change.reason,
    runId: change.runId,
  }));
}

function describeChange({ before, after }: ChangeRow): string[] {
  const currencies = readCurrencies(before, after);
  return findMismatches(before, after).map((mismatch) => describeMismatch(mismatch, currencies));
}

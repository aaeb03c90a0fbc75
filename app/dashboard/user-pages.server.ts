import { type DoublePayment, findDoublePayment } from "~/billing/double-payment";
import { listReversals } from "~/billing/evaluation/list-flags";
import { FIELDS } from "~/billing/fields";
import { formatSeats } from "~/billing/seat-label";
import { writeReply } from "~/billing/words/reply";
import { AS_STAFF, evaluateUser } from "~/engine/evaluate/evaluate-users.server";
import { loadInContext } from "~/engine/evaluate/load-in-context.server";
import { listBlocked } from "~/engine/evaluate/sync-statuses.server";
import { workspaceNames } from "~/engine/evaluate/users.server";
import type { Database } from "~/platform/client.server";
import { type ComparisonLine, compareRecords, listPlannedChanges } from "./comparison.server";
import { loadUserDecisions, type UserDecisions } from "./decisions/user-decisions.server";
import { type CaseChoices, type Choice, loadCaseChoices } from "./user-page/case-choices.server";
import { describeFlags, type FlagNote } from "./user-page/flag-notes";
import { loadTimeline, type TimelineEntry } from "./user-page/timeline.server";
import {
  type LinkView,
  type SubscriptionView,
  toLinkViews,
  toSubscriptionViews,
  toUserView,
  type UserView,
} from "./user-view.server";

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
  /** The repair takes access from the user. */
  revokes: boolean;
  /** There is access that an admin can take although nothing in Stripe says that it ended. */
  canOverride: boolean;
  /** What is paid more than once; null for nearly all. */
  doublePayment: DoublePayment | null;
  /** What stands beside the verdict, with who decided it, since when and why. */
  notes: FlagNote[];
  decisions: UserDecisions;
  /** What a decision can be about: customers, users, prices; and the plans, the smallest first. */
  choices: CaseChoices & { plans: Choice[] };
  /** A message to the customer: what was wrong and what is right now. */
  reply: string;
};

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
  const [{ context, snapshots }, workspaces, blocked, decisions] = await Promise.all([
    loadInContext(db, [userId]),
    workspaceNames(db, [userId]),
    listBlocked(db, [userId]),
    loadUserDecisions(db, userId),
  ]);
  const [snapshot] = snapshots;
  if (!snapshot) return null;
  const evaluated = evaluateUser(snapshot, context, AS_STAFF);
  const { evaluation } = evaluated;
  const doublePayment = findDoublePayment(evaluation.ranked);
  const names = new Map(workspaces.map(({ id, name }) => [id, name]));
  const user = toUserView({
    evaluated,
    catalogue: context.rules.catalogue,
    workspaceNames: names,
    blockedBefore: blocked.get(userId) ?? null,
  });
  const { fields = FIELDS } = context.rules;
  const { timeline, corrected } = await loadTimeline(db, userId, decisions);
  return {
    user,
    comparison: compareRecords(evaluated, names, fields),
    plannedChanges: listPlannedChanges(snapshot.record, evaluated, names, fields),
    subscriptions: toSubscriptionViews(evaluation, context.rules),
    links: toLinkViews(evaluated),
    possibleMatches: evaluation.possibleMatches,
    timeline,
    revokes: evaluation.revokes,
    canOverride: evaluation.overridden !== null,
    doublePayment,
    notes: describeFlags({
      ...decisions,
      // What is the verdict itself is said there.
      flags: user.flags.filter((flag) => flag !== user.verdict),
      reversals: listReversals(evaluation.ranked.map(({ subscription }) => subscription)),
      doublePayment,
      blockedSentence: user.blockedSentence,
    }),
    decisions,
    choices: {
      ...(await loadCaseChoices(db, evaluated)),
      plans: [...context.rules.catalogue.plans.values()]
        .sort((one, other) => one.seats - other.seats)
        .map(({ id, name, seats }) => ({ value: id, label: `${name} (${formatSeats(seats)})` })),
    },
    reply: writeReply({
      name: snapshot.record.name,
      verdict: evaluation.verdict,
      corrected,
      planName: evaluation.primary?.plan?.name ?? evaluation.comp?.plan.name ?? null,
      hasAccess: evaluation.accessRecorded,
      seats: Math.max(0, ...snapshot.record.workspaces.map(({ seats }) => seats)),
      endedAt: evaluation.primary?.subscription.endedAt ?? null,
      isOverdue: evaluation.primary?.subscription.status === "past_due",
      isOnTrial: evaluation.primary?.subscription.status === "trialing",
    }),
  };
}

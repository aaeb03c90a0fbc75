import { isIgnored, type Purchase, type RatedSubscription, rateSubscription } from "~/billing/choice";
import type { Evaluation, MoneyAtStake, PolicyContext } from "~/billing/evaluation/evaluate";
import { listReversals } from "~/billing/evaluation/list-flags";
import { findTaken, isEntitled, type Taken } from "~/billing/evaluation/taken";
import type { Mismatch } from "~/billing/mismatches";
import { type PriceView, toPriceView } from "~/billing/money";
import { type EpochSeconds, isOpen, type Reversal } from "~/billing/observation";
import type { Catalogue } from "~/billing/plans";
import type { LinkSource } from "~/billing/snapshot";
import { IN_SYNC_VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import type { Flag } from "~/billing/verdicts/flags";
import type { Severity } from "~/billing/verdicts/severity";
import { describeEvaluation } from "~/billing/words/sentence";
import { type EvaluatedUser, findBlockReason, listFlags } from "~/engine/evaluate/evaluate-users.server";
import { explainBlocked } from "./sync-result.server";

/** The Stripe side: the subscription that counts. */
export type StripeView = {
  customerId: string;
  subscriptionId: string;
  status: string;
  planName: string | null;
  /** What it buys: a plan, something not mapped, nothing (quantity 0), or only what is not ours. */
  purchase: Purchase;
  price: PriceView | null;
  currentPeriodEnd: EpochSeconds | null;
  cancelsAt: EpochSeconds | null;
  endedAt: EpochSeconds | null;
  /** What went back of the payment of the latest invoice; of a user's first subscription, also what else is disputed. */
  reversals: Reversal[];
};

/** The database side: what the application's record says. */
export type DatabaseView = {
  status: string | null;
  plan: string | null;
  planName: string | null;
  stripeCustomerId: string | null;
  workspaces: { id: string; name: string; status: string; seats: number }[];
  /** Of all of them: a page lists the first. */
  workspaceCount: number;
  activeWorkspaces: number;
  access: boolean;
};

/** One user with both sides: a row of the users table, and the head of the user's page. EvaluatedUser on the live record. */
export type UserView = {
  userId: string;
  email: string;
  name: string | null;
  verdict: Verdict;
  severity: Severity;
  flags: Flag[];
  /** A sentence that a support agent can read out. */
  sentence: string;
  /** Null when no subscription counts. */
  stripe: StripeView | null;
  database: DatabaseView;
  mismatches: Mismatch[];
  money: MoneyAtStake | null;
  since: EpochSeconds | null;
  observedAt: EpochSeconds | null;
  /** What the repair, or an admin's override, takes from the user; null when it takes nothing. */
  taken: Taken | null;
  /** Why the repair is not made automatically; null when nothing blocks it. */
  blocked: string | null;
  /** `blocked` as a sentence. */
  blockedSentence: string | null;
};

export type SubscriptionView = StripeView & { counts: boolean; created: EpochSeconds; open: boolean };

export type LinkView = {
  customerId: string;
  sources: LinkSource[];
  state: "present" | "deleted" | "missing" | "never_seen";
  email: string | null;
};

export type ViewInput = {
  evaluated: EvaluatedUser;
  catalogue: Catalogue;
  workspaceNames: ReadonlyMap<string, string>;
  /** Why the last attempt blocked the repair; ignored when nothing is left to repair. */
  blockedBefore: string | null;
};

export function toUserView({ evaluated, catalogue, workspaceNames, blockedBefore }: ViewInput): UserView {
  const { evaluation, snapshot, decision } = evaluated;
  const { record } = snapshot;
  const isSettled = IN_SYNC_VERDICTS.has(evaluation.verdict);
  const blocked = findBlockReason(decision) ?? (decision.kind === "read" ? blockedBefore : null);
  return {
    userId: record.userId,
    email: record.email,
    // Where there is neither name nor address, the id is what is shown.
    name: record.name ?? (record.email.trim() === "" ? record.userId : null),
    verdict: evaluation.verdict,
    severity: evaluation.severity,
    flags: listFlags(evaluated, blocked),
    sentence: describeEvaluation(evaluation, record),
    stripe: evaluation.primary && {
      ...toStripeView(evaluation.primary),
      reversals: listReversals(evaluation.ranked.map(({ subscription }) => subscription)),
    },
    database: {
      status: record.user.subscriptionStatus,
      plan: record.user.plan,
      planName:
        record.user.plan === null ? null : (catalogue.plans.get(record.user.plan)?.name ?? record.user.plan),
      stripeCustomerId: record.user.stripeCustomerId,
      workspaces: record.workspaces.map((workspace) => ({
        ...workspace,
        name: workspaceNames.get(workspace.id) ?? workspace.id,
      })),
      workspaceCount: record.workspaces.length,
      activeWorkspaces: record.workspaces.filter(({ status }) => status === "active").length,
      access: evaluation.accessRecorded,
    },
    mismatches: evaluation.mismatches,
    money: evaluation.money,
    since: evaluation.since,
    observedAt: snapshot.observedAt,
    taken: findTakenFrom(evaluated),
    blocked: isSettled ? null : blocked,
    blockedSentence: isSettled || blocked === null ? null : explainBlocked(blocked),
  };
}

function findTakenFrom({ evaluation, snapshot }: EvaluatedUser): Taken | null {
  const { revokes, overridden, expected } = evaluation;
  const after = overridden ?? (revokes ? expected : null);
  return after && findTaken({ before: snapshot.record, after, isEntitled: isEntitled(evaluation) });
}

function toStripeView({ subscription, item, plan, purchase }: RatedSubscription): StripeView {
  return {
    customerId: subscription.customerId,
    subscriptionId: subscription.id,
    status: subscription.status,
    planName: plan?.name ?? null,
    purchase,
    price: item && toPriceView(item),
    currentPeriodEnd: item?.periodEnd ?? null,
    cancelsAt: subscription.cancelAt ?? (subscription.cancelAtPeriodEnd ? (item?.periodEnd ?? null) : null),
    endedAt: subscription.endedAt,
    reversals: (subscription.reversals ?? []).filter(({ isLatest }) => isLatest),
  };
}

/** All subscriptions of all linked customers: the one that counts first, and at the end those that are not ours. */
export function toSubscriptionViews(
  { ranked, subscriptions }: Evaluation,
  rules: PolicyContext,
): SubscriptionView[] {
  const ignored = subscriptions
    .filter((one) => isIgnored(one, rules.catalogue))
    .map((one) => rateSubscription(one, rules));
  return [...ranked, ...ignored].map((one, index) => ({
    ...toStripeView(one),
    counts: index === 0 && one.purchase !== "ignored",
    created: one.subscription.created,
    open: isOpen(one.subscription),
  }));
}

export function toLinkViews({ snapshot, evaluation }: EvaluatedUser): LinkView[] {
  return evaluation.links.customerIds.map((customerId) => {
    const customer = snapshot.customers.find(({ id }) => id === customerId);
    return {
      customerId,
      sources: evaluation.links.sources.get(customerId) ?? [],
      state: customer?.state ?? "never_seen",
      email: customer?.email ?? null,
    };
  });
}

import type { RatedSubscription } from "~/billing/choice";
import type { Mismatch } from "~/billing/mismatches";
import { type EpochSeconds, isOpen } from "~/billing/observation";
import type { Catalogue } from "~/billing/plans";
import type { LinkSource } from "~/billing/snapshot";
import { IN_SYNC_VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import type { Flag } from "~/billing/verdicts/flags";
import type { Severity } from "~/billing/verdicts/severity";
import { describeEvaluation } from "~/billing/words/sentence";
import { type EvaluatedUser, findBlockReason, listFlags } from "~/engine/evaluate/evaluate-users.server";
import { explainBlocked } from "./sync-result.server";

/** `unitAmount` in the smallest unit of the currency, null when the price is tiered. */
export type PriceView = {
  unitAmount: number | null;
  currency: string;
  interval: string | null;
  intervalCount: number;
  quantity: number;
};

/** The Stripe side: the subscription that counts. */
export type StripeView = {
  customerId: string;
  subscriptionId: string;
  status: string;
  planName: string | null;
  price: PriceView | null;
  currentPeriodEnd: EpochSeconds | null;
  cancelsAt: EpochSeconds | null;
  endedAt: EpochSeconds | null;
};

/** The database side: what the application's record says. */
export type DatabaseView = {
  status: string | null;
  plan: string | null;
  planName: string | null;
  stripeCustomerId: string | null;
  workspaces: { id: string; name: string; status: string; seats: number }[];
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
  money: { kind: "locked_out" | "leaking"; perMonth: number; currency: string } | null;
  since: EpochSeconds | null;
  observedAt: EpochSeconds | null;
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
    name: record.name,
    verdict: evaluation.verdict,
    severity: evaluation.severity,
    flags: listFlags(evaluated, blocked),
    sentence: describeEvaluation(evaluation, record),
    stripe: evaluation.primary ? toStripeView(evaluation.primary) : null,
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
      access: evaluation.accessRecorded,
    },
    mismatches: evaluation.mismatches,
    money: evaluation.money,
    since: evaluation.since,
    observedAt: snapshot.observedAt,
    blocked: isSettled ? null : blocked,
    blockedSentence: isSettled || blocked === null ? null : explainBlocked(blocked),
  };
}

function toStripeView({ subscription, item, plan }: RatedSubscription): StripeView {
  return {
    customerId: subscription.customerId,
    subscriptionId: subscription.id,
    status: subscription.status,
    planName: plan?.name ?? null,
    price: item && {
      unitAmount: item.unitAmount,
      currency: item.currency,
      interval: item.interval,
      intervalCount: item.intervalCount,
      quantity: item.quantity,
    },
    currentPeriodEnd: item?.periodEnd ?? null,
    cancelsAt: subscription.cancelAt ?? (subscription.cancelAtPeriodEnd ? (item?.periodEnd ?? null) : null),
    endedAt: subscription.endedAt,
  };
}

/** `ordered`: all subscriptions of all linked customers, the one that counts first. */
export function toSubscriptionViews(ordered: readonly RatedSubscription[]): SubscriptionView[] {
  return ordered.map((one, index) => ({
    ...toStripeView(one),
    counts: index === 0,
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

import type { Counting } from "~/billing/choice";
import { formatDay } from "~/billing/dates";
import type { Mismatch } from "~/billing/mismatches";
import { isOpen } from "~/billing/observation";
import type { Catalogue } from "~/billing/plans";
import type { BillingState } from "~/billing/record";
import { SETTLED_VERDICTS } from "~/billing/verdicts";
import { FIELD_WORDS, fieldValue } from "~/billing/words/field-words";
import { sentenceOf } from "~/billing/words/sentence";
import { blockReason, type Evaluated, flagsOf } from "~/engine/evaluate/evaluate-users.server";
import { reasonSentence } from "./sync-message.server";
import type { ComparisonLine, LinkView, StripeView, SubscriptionView, UserView } from "./views";

export type ViewInput = {
  evaluated: Evaluated;
  catalogue: Catalogue;
  workspaceNames: ReadonlyMap<string, string>;
  /** Why the last attempt blocked its repair; it holds while the verdict is not settled. */
  blockedBefore: string | null;
};

/** A user as rows and heads of pages show it. */
export function userViewOf({ evaluated, catalogue, workspaceNames, blockedBefore }: ViewInput): UserView {
  const { evaluation, snapshot, decision } = evaluated;
  const { record } = snapshot;
  const isSettled = SETTLED_VERDICTS.has(evaluation.verdict);
  const blocked = blockReason(decision) ?? (decision.kind === "read" ? blockedBefore : null);
  return {
    userId: record.userId,
    email: record.email,
    name: record.name,
    verdict: evaluation.verdict,
    severity: evaluation.severity,
    flags: flagsOf(evaluated, blocked),
    sentence: sentenceOf(evaluation, record),
    stripe: evaluation.counting ? stripeViewOf(evaluation.counting) : null,
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
    blockedSentence: isSettled || blocked === null ? null : reasonSentence(blocked),
  };
}

function stripeViewOf({ subscription, item, plan }: Counting): StripeView {
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

/** All subscriptions of all linked customers, the one that counts first. */
export function subscriptionViews(ordered: readonly Counting[]): SubscriptionView[] {
  return ordered.map((one, index) => ({
    ...stripeViewOf(one),
    counts: index === 0,
    created: one.subscription.created,
    open: isOpen(one.subscription),
  }));
}

export function linkViews({ snapshot, evaluation }: Evaluated): LinkView[] {
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

/** The comparison, field by field: what the database records, what it should, Stripe's raw value, and why. */
export function comparisonOf(
  evaluated: Evaluated,
  workspaceNames: ReadonlyMap<string, string>,
): ComparisonLine[] {
  const { snapshot, evaluation } = evaluated;
  const { record } = snapshot;
  const { expected } = evaluation;
  const lines: ComparisonLine[] = [];
  const line = (field: Mismatch["field"], workspaceId: string | null, recorded: Value, should: Value) => {
    const mismatch = evaluation.mismatches.find(
      (one) => one.field === field && one.workspaceId === workspaceId,
    );
    const name = workspaceId === null ? null : (workspaceNames.get(workspaceId) ?? workspaceId);
    const currency = expected.billing?.currency ?? record.billing?.currency ?? null;
    lines.push({
      label: name === null ? FIELD_WORDS[field] : `${name} · ${FIELD_WORDS[field].toLowerCase()}`,
      field: workspaceId === null ? field : `${field}:${workspaceId}`,
      recorded: fieldValue(field, recorded, currency),
      expected: fieldValue(field, should, currency),
      stripe: rawValue(field, evaluation.counting),
      why: whyOf(field, evaluated),
      differs: recorded !== should,
      severity: mismatch?.severity ?? null,
    });
  };
  for (const field of keysOf(record.user))
    line(`user.${field}`, null, record.user[field], expected.user[field]);
  const row = expected.billing ?? record.billing;
  if (row) {
    for (const field of keysOf(row)) {
      line(`billing.${field}`, null, record.billing?.[field] ?? null, expected.billing?.[field] ?? null);
    }
  }
  for (const workspace of record.workspaces) {
    const should = expected.workspaces.find(({ id }) => id === workspace.id) ?? workspace;
    line("workspace.status", workspace.id, workspace.status, should.status);
    line("workspace.soldiers", workspace.id, workspace.seats, should.seats);
  }
  return lines;
}

type Value = Mismatch["recorded"];

const keysOf = <T extends object>(value: T) => Object.keys(value) as (keyof T)[];

function rawValue(field: Mismatch["field"], counting: Counting | null): string | null {
  if (counting === null) return null;
  const { subscription, item } = counting;
  switch (field) {
    case "user.stripeCustomerId":
      return subscription.customerId;
    case "user.plan":
    case "billing.plan":
    case "billing.stripePriceId":
      return item && (item.lookupKey === null ? item.priceId : `${item.priceId} (${item.lookupKey})`);
    case "user.subscriptionStatus":
    case "billing.status":
      return subscription.status;
    case "user.currentPeriodEnd":
    case "billing.currentPeriodEnd":
      return item?.periodEnd ? formatDay(item.periodEnd) : null;
    case "billing.currentPeriodStart":
      return item?.periodStart ? formatDay(item.periodStart) : null;
    case "user.cancelAtPeriodEnd":
    case "billing.cancelAtPeriodEnd":
      if (subscription.cancelAt !== null) return `cancel_at ${formatDay(subscription.cancelAt)}`;
      return `cancel_at_period_end ${subscription.cancelAtPeriodEnd}`;
    case "billing.stripeSubscriptionId":
      return subscription.id;
    case "billing.amount":
      return item ? String(item.unitAmount ?? "tiered") : null;
    case "billing.currency":
      return item?.currency ?? null;
    case "billing.interval":
      return item?.interval ?? null;
    case "workspace.status":
    case "workspace.soldiers":
      return null;
  }
}

function whyOf(field: Mismatch["field"], { evaluation }: Evaluated): string {
  const { counting, comp, accessExpected } = evaluation;
  if (field.startsWith("workspace.")) {
    if (accessExpected) return `${counting?.plan?.name} gives ${counting?.plan?.seats} soldiers`;
    return comp ? `${comp.plan.name} is given for free` : "No subscription gives access";
  }
  if (field === "user.plan" || field === "billing.plan")
    return counting?.plan ? `${counting.plan.name} claims this price` : "No plan claims a price here";
  if (field === "user.stripeCustomerId") return "The stored customer stays while Stripe has it";
  return counting ? "As Stripe says" : "Stripe has no subscription that counts";
}

/** What pressing Sync will do, line by line; empty when nothing. */
export function syncWill(recorded: BillingState, evaluated: Evaluated): string[] {
  const { decision, evaluation } = evaluated;
  if (decision.kind !== "repair" && decision.kind !== "read") return [];
  const currency = evaluation.expected.billing?.currency ?? recorded.billing?.currency ?? null;
  return evaluation.mismatches.map(
    ({ field, recorded: was, expected }) =>
      `${FIELD_WORDS[field]}: ${fieldValue(field, was, currency)} → ${fieldValue(field, expected, currency)}`,
  );
}

import type { Mismatch, MismatchField } from "~/billing/mismatches";

const SHORT_WORDS: Record<MismatchField, string> = {
  "user.plan": "plan",
  "billing.plan": "plan",
  "user.subscriptionStatus": "status",
  "billing.status": "status",
  "workspace.status": "workspace",
  "workspace.soldiers": "soldiers",
  "billing.stripePriceId": "price",
  "billing.amount": "amount",
  "billing.currency": "currency",
  "billing.interval": "interval",
  "user.cancelAtPeriodEnd": "cancellation",
  "billing.cancelAtPeriodEnd": "cancellation",
  "billing.stripeSubscriptionId": "subscription",
  "user.stripeCustomerId": "customer id",
  "user.currentPeriodEnd": "period",
  "billing.currentPeriodStart": "period",
  "billing.currentPeriodEnd": "period",
};

const ORDER = [...new Set(Object.values(SHORT_WORDS))];

/** What differs in a row's second line: `plan, status, workspace, soldiers`; each once, what matters first. */
export function differingFields(mismatches: readonly Pick<Mismatch, "field">[]): string[] {
  const words = new Set(mismatches.map(({ field }) => SHORT_WORDS[field]));
  return ORDER.filter((word) => words.has(word));
}

import { formatDay } from "~/billing/dates";
import type { Mismatch, MismatchField } from "~/billing/mismatches";
import { formatMoney } from "~/billing/money";

/** What fields are called on the screen and in the terminal. */
export const FIELD_WORDS: Record<MismatchField, string> = {
  "user.stripeCustomerId": "Stripe customer",
  "user.plan": "Plan",
  "user.subscriptionStatus": "Status",
  "user.currentPeriodEnd": "Period ends",
  "user.cancelAtPeriodEnd": "Cancellation scheduled",
  "billing.stripeSubscriptionId": "Subscription",
  "billing.stripePriceId": "Price",
  "billing.status": "Subscription status",
  "billing.plan": "Subscription plan",
  "billing.amount": "Amount",
  "billing.currency": "Currency",
  "billing.interval": "Interval",
  "billing.currentPeriodStart": "Subscription period starts",
  "billing.currentPeriodEnd": "Subscription period ends",
  "billing.cancelAtPeriodEnd": "Subscription cancellation scheduled",
  "workspace.status": "Workspace",
  "workspace.soldiers": "Soldiers",
};

const DATES = new Set<MismatchField>([
  "user.currentPeriodEnd",
  "billing.currentPeriodStart",
  "billing.currentPeriodEnd",
]);

/** A value of a field in words: "none", "yes", "2 Nov 2026", an amount with its currency when that is known. */
export function fieldValue(
  field: MismatchField,
  value: Mismatch["recorded"],
  currency: string | null = null,
): string {
  if (value === null || value === "") return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number" && DATES.has(field)) return formatDay(value);
  if (typeof value === "number" && field === "billing.amount" && currency !== null)
    return formatMoney(value, currency);
  return String(value);
}

/** "Plan: none → army" */
export function describeMismatch(
  { field, recorded, expected }: Mismatch,
  currency: string | null = null,
): string {
  return `${FIELD_WORDS[field]}: ${fieldValue(field, recorded, currency)} → ${fieldValue(field, expected, currency)}`;
}

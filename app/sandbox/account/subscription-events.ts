export type SubscriptionEventType =
  | "customer.subscription.created"
  | "customer.subscription.updated"
  | "customer.subscription.deleted"
  | "customer.subscription.paused"
  | "customer.subscription.resumed"
  | "invoice.paid"
  | "invoice.payment_failed";

const FAILED = new Set(["past_due", "unpaid", "incomplete"]);
const PAID = new Set(["active", "trialing"]);

/** The events of a new subscription, in order. */
export function listCreationEvents(status: string): SubscriptionEventType[] {
  const created: SubscriptionEventType = "customer.subscription.created";
  if (PAID.has(status)) return [created, "invoice.paid"];
  if (FAILED.has(status)) return [created, "invoice.payment_failed"];
  return [created];
}

/** The events of a change, in order. Only the end of a subscription replaces `updated`. */
export function listChangeEvents(before: string, after: string): SubscriptionEventType[] {
  if (before !== after && after === "canceled") return ["customer.subscription.deleted"];
  const types: SubscriptionEventType[] = ["customer.subscription.updated"];
  if (before === after) return types;
  if (after === "paused") types.push("customer.subscription.paused");
  if (before === "paused") types.push("customer.subscription.resumed");
  if (FAILED.has(after)) types.push("invoice.payment_failed");
  if (FAILED.has(before) && PAID.has(after)) types.push("invoice.paid");
  return types;
}

export type SubscriptionEventType =
  | "customer.subscription.deleted"
  | "customer.subscription.paused"
  | "customer.subscription.resumed"
  | "customer.subscription.updated";

/** The events of a change, in order. Only the end of a subscription replaces `updated`. */
export function listChangeEvents(before: string, after: string): SubscriptionEventType[] {
  if (before !== after && after === "canceled") return ["customer.subscription.deleted"];
  const types: SubscriptionEventType[] = ["customer.subscription.updated"];
  if (before === after) return types;
  if (after === "paused") types.push("customer.subscription.paused");
  if (before === "paused") types.push("customer.subscription.resumed");
  return types;
}

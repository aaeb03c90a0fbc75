import type { FIELDS, Field } from "~/billing/fields";
import { isCancelScheduled, type Subscription } from "~/billing/observation";

/** What a value of the file is, for what its column may be. */
export type ValueKind = "text" | "number" | "boolean" | "time";

/** A field of the mapping file: the engine's name for it, and its name in each subscription that is handed to the bridge. */
export type FileField = {
  group: "person" | "user" | "billing";
  name: string;
  kind: ValueKind;
  entry?: string;
};

const user = (name: keyof typeof FIELDS.user, kind: ValueKind, entry?: string): FileField =>
  entry === undefined ? { group: "user", name, kind } : { group: "user", name, kind, entry };
const billing = (name: string, kind: ValueKind, entry: string): FileField => ({
  group: "billing",
  name,
  kind,
  entry,
});

const DECLARED = {
  email: { group: "person", name: "email", kind: "text" },
  emailVerified: { group: "person", name: "emailVerified", kind: "boolean" },
  name: { group: "person", name: "name", kind: "text" },
  createdAt: { group: "person", name: "createdAt", kind: "time" },
  updatedAt: { group: "person", name: "updatedAt", kind: "time" },
  customer: user("stripeCustomerId", "text"),
  plan: user("plan", "text", "plan"),
  status: user("subscriptionStatus", "text", "status"),
  periodEnd: user("currentPeriodEnd", "time", "periodEnd"),
  cancelAtPeriodEnd: user("cancelAtPeriodEnd", "boolean", "cancelAtPeriodEnd"),
  subscription: billing("stripeSubscriptionId", "text", "id"),
  price: billing("stripePriceId", "text", "priceId"),
  subscriptionStatus: billing("status", "text", "status"),
  subscriptionPlan: billing("plan", "text", "plan"),
  amount: billing("amount", "number", "amount"),
  currency: billing("currency", "text", "currency"),
  interval: billing("interval", "text", "interval"),
  periodStart: billing("currentPeriodStart", "time", "periodStart"),
  subscriptionPeriodEnd: billing("currentPeriodEnd", "time", "periodEnd"),
  subscriptionCancelAtPeriodEnd: billing("cancelAtPeriodEnd", "boolean", "cancelAtPeriodEnd"),
  product: billing("productId", "text", "productId"),
  quantity: billing("quantity", "number", "quantity"),
  intervalCount: billing("intervalCount", "number", "intervalCount"),
  created: billing("createdAt", "time", "created"),
  cancelAt: billing("cancelAt", "time", "cancelAt"),
  canceledAt: billing("canceledAt", "time", "canceledAt"),
  endedAt: billing("endedAt", "time", "endedAt"),
  endsAt: billing("endsAt", "time", "endsAt"),
  subscriptionCustomer: billing("customerId", "text", "customerId"),
} satisfies Record<string, FileField>;

export type FileFieldName = keyof typeof DECLARED;

/** The fields that a mapping file may give a place. */
export const FILE_FIELDS: Readonly<Record<FileFieldName, FileField>> = DECLARED;

export const FILE_FIELD_NAMES: readonly FileFieldName[] = Object.keys(FILE_FIELDS).filter(isFileField);

/** Is it the name of a field of the mapping file? */
export function isFileField(name: string): name is FileFieldName {
  return Object.hasOwn(FILE_FIELDS, name);
}

/** When the subscription ends or ended; null while it goes on. */
export function findEnd(periodEnd: number | null, subscription: Subscription): number | null {
  if (subscription.endedAt !== null) return subscription.endedAt;
  if (!isCancelScheduled(subscription)) return null;
  return subscription.cancelAt ?? periodEnd;
}

const detail = { group: "detail", nullable: true } as const;

/** Fields of a subscription row that only some applications have. */
export const OPTIONAL_BILLING_FIELDS = {
  productId: {
    ...detail,
    type: "text",
    group: "plan",
    label: "Product",
    short: "product",
    why: "The application finds the plan by this product.",
    fromStripe: (item) => item?.productId ?? undefined,
  },
  quantity: {
    ...detail,
    type: "number",
    label: "Quantity",
    short: "quantity",
    why: "The application counts seats by this quantity.",
    fromStripe: (item) => item?.quantity,
  },
  intervalCount: {
    ...detail,
    type: "number",
    label: "Interval count",
    short: "interval",
    why: "The application shows how often the user pays.",
    fromStripe: (item) => item?.intervalCount,
  },
  createdAt: {
    ...detail,
    type: "time",
    label: "Subscription created",
    short: "created",
    why: "The application shows since when the user subscribes.",
    fromStripe: (_, { created }) => created,
  },
  cancelAt: {
    ...detail,
    type: "time",
    label: "Cancels at",
    short: "cancels at",
    why: "The application shows when the subscription is going to end.",
    fromStripe: (_, { cancelAt }) => cancelAt,
  },
  canceledAt: {
    ...detail,
    type: "time",
    label: "Canceled at",
    short: "canceled at",
    why: "The application shows when the subscription was canceled.",
    fromStripe: (_, { canceledAt }) => canceledAt,
  },
  endedAt: {
    ...detail,
    type: "time",
    label: "Ended at",
    short: "ended at",
    why: "The application takes a subscription with an end as ended.",
    fromStripe: (_, { endedAt }) => endedAt,
  },
  endsAt: {
    ...detail,
    type: "time",
    label: "Ends at",
    short: "ends at",
    why: "The application gives access until this date.",
    fromStripe: (item, subscription) => findEnd(item?.periodEnd ?? null, subscription),
  },
  customerId: {
    ...detail,
    type: "text",
    label: "Customer of the subscription",
    short: "customer id",
    why: "The application finds the subscription's customer by this id.",
    fromStripe: (_, { customerId }) => customerId,
  },
} satisfies Record<string, Field>;

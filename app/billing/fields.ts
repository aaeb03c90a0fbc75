import { formatDay } from "./dates";
import { formatListPrice } from "./money";
import {
  type EpochSeconds,
  isCancelScheduled,
  type Subscription,
  type SubscriptionItem,
} from "./observation";
import { SEAT_LABEL } from "./seat-label";
import { findStatusWord, type Vocabulary } from "./vocabulary/vocabulary";

/** What a value is in the code. `money`: smallest unit of the currency. `time`: whole seconds, compared as such. */
export type ValueByType = {
  text: string;
  number: number;
  bigint: number;
  money: number;
  boolean: boolean;
  time: EpochSeconds;
};

export type FieldType = keyof ValueByType;
export type FieldValue = string | number | boolean | null;
export type FieldSeverity = "high" | "medium" | "low";

/** What a mismatch is about. */
export type FieldGroup = "plan" | "access" | "status" | "detail";

export const SEVERITY_BY_GROUP: Record<FieldGroup, FieldSeverity> = {
  plan: "high",
  access: "high",
  status: "medium",
  detail: "low",
};

type Description<Type extends FieldType, Value> = {
  type: Type;
  group: FieldGroup;
  label: string;
  /** One word for lists. */
  short: string;
  /** Why a wrong value matters; one sentence. */
  why: string;
  /** Name of the column in the application's table; the field's own name unless given. */
  column?: string;
  /**
   * The value that Stripe gives, in the application's words; undefined where Stripe leaves it open, or the application has no
   * word for it, and the recorded value stays. A field without it follows a rule of its own in `expected.ts`, or is never changed.
   */
  fromStripe?: (
    item: SubscriptionItem | null,
    subscription: Subscription,
    vocabulary: Vocabulary,
  ) => Value | undefined;
  /** Where the application keeps nothing of an ended subscription: the field is empty when nothing counts any more. */
  emptiedAtEnd?: boolean;
  /** What the rules read where an application does not record the field; the type's empty value unless given. */
  leftOut?: Value;
  /** Stripe's own words for it, where they are not simply the value. */
  raw?: (item: SubscriptionItem | null, subscription: Subscription) => string | null;
};

/** One field of the record. Everything that handles records is derived from these descriptions. */
export type Field = {
  [Type in FieldType]:
    | (Description<Type, ValueByType[Type]> & { nullable?: false })
    | (Description<Type, ValueByType[Type] | null> & { nullable: true });
}[FieldType];

const writeStatus = (_: unknown, subscription: Subscription, vocabulary: Vocabulary) =>
  findStatusWord(subscription.status, isCancelScheduled(subscription), vocabulary);

const describePrice = (item: SubscriptionItem | null) =>
  item && (item.lookupKey === null ? item.priceId : `${item.priceId} (${item.lookupKey})`);

/** Undefined when the amount in the subscription's currency is not known. A part of the smallest unit cannot be recorded. */
const readWholeAmount = ({ unitAmount, pricing }: SubscriptionItem): number | null | undefined => {
  if (pricing?.kind === "unknown") return undefined;
  return unitAmount !== null && !pricing && Number.isSafeInteger(unitAmount) ? unitAmount : null;
};

const describeCancellation = (_: unknown, { cancelAt, cancelAtPeriodEnd }: Subscription) =>
  cancelAt === null ? `cancel_at_period_end ${cancelAtPeriodEnd}` : `cancel_at ${formatDay(cancelAt)}`;

/** The record, field by field: the billing fields of `User`, a row of `BillingSubscription`, and a `Workspace`. */
export const FIELDS = {
  user: {
    stripeCustomerId: {
      type: "text",
      nullable: true,
      group: "detail",
      label: "Stripe customer",
      short: "customer id",
      why: "The application opens the billing portal and charges by this customer.",
      raw: (_, { customerId }) => customerId,
    },
    plan: {
      type: "text",
      nullable: true,
      group: "plan",
      label: "Plan",
      short: "plan",
      why: "The application unlocks features by this plan.",
      raw: describePrice,
    },
    subscriptionStatus: {
      type: "text",
      nullable: true,
      group: "status",
      label: "Status",
      short: "status",
      why: "A user without workspaces has access by this status.",
      fromStripe: writeStatus,
      raw: (_, { status }) => status,
    },
    currentPeriodEnd: {
      type: "time",
      nullable: true,
      group: "detail",
      label: "Period ends",
      short: "period",
      why: "The application shows this as the renewal date.",
      fromStripe: (item) => item?.periodEnd ?? undefined,
    },
    cancelAtPeriodEnd: {
      type: "boolean",
      group: "status",
      label: "Cancellation scheduled",
      short: "cancellation",
      why: "The application tells the user whether the subscription renews.",
      fromStripe: (_, subscription) => isCancelScheduled(subscription),
      raw: describeCancellation,
    },
  },
  billing: {
    stripeSubscriptionId: {
      type: "text",
      group: "detail",
      label: "Subscription",
      short: "subscription",
      why: "The application changes and cancels this subscription.",
      fromStripe: (_, { id }) => id,
    },
    stripePriceId: {
      type: "text",
      group: "plan",
      label: "Price",
      short: "price",
      why: "The price decides which plan was bought.",
      fromStripe: (item) => item?.priceId,
      raw: describePrice,
    },
    status: {
      type: "text",
      group: "status",
      label: "Subscription status",
      short: "status",
      why: "The application shows whether the subscription is paid.",
      fromStripe: writeStatus,
      raw: (_, { status }) => status,
    },
    plan: {
      type: "text",
      nullable: true,
      group: "plan",
      label: "Subscription plan",
      short: "plan",
      why: "The application shows this as the plan that is paid for.",
      raw: describePrice,
    },
    /** Smallest unit of the currency, one unit's list price; null where no whole amount is the price of one unit. */
    amount: {
      type: "money",
      nullable: true,
      group: "plan",
      label: "Amount",
      short: "amount",
      why: "The application shows this as the price.",
      fromStripe: (item) => (item ? readWholeAmount(item) : undefined),
      raw: (item) => item && formatListPrice(item),
    },
    currency: {
      type: "text",
      group: "plan",
      label: "Currency",
      short: "currency",
      why: "An amount in another currency is another price.",
      fromStripe: (item) => item?.currency,
    },
    interval: {
      type: "text",
      nullable: true,
      group: "plan",
      label: "Interval",
      short: "interval",
      why: "The application shows how often the user pays.",
      fromStripe: (item) => item?.interval,
    },
    currentPeriodStart: {
      type: "time",
      nullable: true,
      group: "detail",
      label: "Subscription period starts",
      short: "period",
      why: "The application counts usage from this date.",
      fromStripe: (item) => item?.periodStart ?? undefined,
    },
    currentPeriodEnd: {
      type: "time",
      nullable: true,
      group: "detail",
      label: "Subscription period ends",
      short: "period",
      why: "The application shows this as the next payment.",
      fromStripe: (item) => item?.periodEnd ?? undefined,
    },
    cancelAtPeriodEnd: {
      type: "boolean",
      group: "status",
      label: "Subscription cancellation scheduled",
      short: "cancellation",
      why: "The application tells the user whether the subscription renews.",
      fromStripe: (_, subscription) => isCancelScheduled(subscription),
      raw: describeCancellation,
    },
  },
  workspace: {
    status: {
      type: "text",
      group: "access",
      label: "Workspace",
      short: "workspace",
      why: "A locked workspace cannot be used.",
    },
    seats: {
      type: "number",
      leftOut: 1, // Without a count of seats an active workspace is usable.
      group: "access",
      label: SEAT_LABEL.title,
      short: SEAT_LABEL.many,
      why: "The workspace can use this many.",
    },
  },
} satisfies Record<string, Record<string, Field>>;

export type Fields = typeof FIELDS;
export type TableName = keyof Fields;
export type FieldId = { [Table in TableName]: `${Table}.${keyof Fields[Table] & string}` }[TableName];

/**
 * A table of fields that code is handed: `FIELDS` unless told otherwise. It may have more fields. It may have fewer: a
 * field that is left out is neither compared nor written, and is loaded as empty (`leftOut`).
 */
export type RecordFields = { [Table in TableName]: { [Name in keyof Fields[Table]]?: Field } };

/** One field with its place in the record. */
export type ListedField = { id: FieldId; name: string; field: Field };

const lists = new WeakMap<object, readonly ListedField[]>();

/** The fields of one table, in the order in which they are declared. */
export function listFields(table: TableName, fields: RecordFields = FIELDS): readonly ListedField[] {
  const known = lists.get(fields[table]);
  if (known) return known;
  const list = Object.entries<Field>(fields[table]).map(([name, field]) => ({
    // The keys of a table of fields are the names of its fields.
    id: `${table}.${name}` as FieldId,
    name,
    field,
  }));
  lists.set(fields[table], list);
  return list;
}

/** All fields of the record, table by table. */
const listAllFields = (fields: RecordFields = FIELDS): ListedField[] =>
  (["user", "billing", "workspace"] as const).flatMap((table) => listFields(table, fields));

/** The field with this id; undefined for one that the table does not have (any more). */
export const findField = (id: FieldId, fields: RecordFields = FIELDS): Field | undefined =>
  listAllFields(fields).find((listed) => listed.id === id)?.field;

/** Does the application have rows of `BillingSubscription`? They are known by their subscription. */
export const hasBillingRows = (fields: RecordFields): boolean =>
  fields.billing.stripeSubscriptionId !== undefined;

/**
 * The table without some of its fields: those that an application does not have. Without the id of the subscription
 * there are no rows of `BillingSubscription`.
 */
export function omitFields(omitted: readonly FieldId[], fields: RecordFields = FIELDS): RecordFields {
  const keep = (table: TableName) =>
    Object.fromEntries(
      listFields(table, fields).flatMap(({ id, name, field }) =>
        omitted.includes(id) ? [] : [[name, field]],
      ),
    );
  const billing = omitted.includes("billing.stripeSubscriptionId") ? {} : keep("billing");
  return { user: keep("user"), billing, workspace: keep("workspace") };
}

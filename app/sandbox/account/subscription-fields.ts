import {
  type ItemRecord,
  type Metadata,
  NO_METADATA,
  type SubscriptionRare,
  type SubscriptionRecord,
} from "../store/records";
import type { Store } from "../store/store";
import { getExisting, mergeMetadata } from "./account-deps";
import { findPeriod, MONTHLY } from "./periods";

export interface NewItem {
  price: string;
  quantity?: number;
  metadata?: Metadata;
  /** Epoch seconds; the subscription's period by default. */
  current_period_start?: number;
  current_period_end?: number;
}

export interface ItemPatch extends Partial<NewItem> {
  /** The id of an existing item. Without it, an item is added. */
  id?: string;
  deleted?: boolean;
}

/** Times are epoch seconds. Fields that Stripe sets itself (such as the end of a canceled subscription) are optional. */
export interface SubscriptionFields extends Partial<SubscriptionRare> {
  status?: string;
  start_date?: number;
  /** Where the billing periods begin; the end of the trial or the start by default. */
  billing_cycle_anchor?: number;
  current_period_start?: number;
  current_period_end?: number;
}

export interface NewSubscription extends SubscriptionFields {
  id?: string;
  customer: string;
  items: readonly NewItem[];
  created?: number;
  metadata?: Metadata;
  /** One that all its prices are sold in; that of the first price by default. */
  currency?: string;
}

export interface SubscriptionPatch extends SubscriptionFields {
  items?: readonly ItemPatch[];
  metadata?: Record<string, string> | "";
}

interface ItemTimes {
  created: number;
  periodStart: number;
  periodEnd: number;
}

/** The period of a new subscription: as given, or the one that contains the current time (or the end, if it has ended). */
export function findFirstPeriod(
  store: Store,
  fields: NewSubscription,
  { created, now }: { created: number; now: number },
): { periodStart: number; periodEnd: number } {
  const anchor = fields.billing_cycle_anchor ?? fields.start_date ?? created;
  const [first] = fields.items;
  const { trial_end } = fields;
  if (trial_end && trial_end > now && !fields.ended_at) {
    return {
      periodStart: fields.current_period_start ?? fields.trial_start ?? created,
      periodEnd: fields.current_period_end ?? trial_end,
    };
  }
  const recurring = first ? getExisting(store.prices, first.price).recurring : null;
  const period = findPeriod(anchor, recurring ?? MONTHLY, Math.min(now, fields.ended_at ?? now));
  return {
    periodStart: fields.current_period_start ?? period.start,
    periodEnd: fields.current_period_end ?? period.end,
  };
}

export function createItems(store: Store, items: readonly NewItem[], times: ItemTimes): ItemRecord[] {
  return items.map((item) => createItem(store, item, times));
}

/** The items after an update: given ids are changed or deleted, others are added. */
export function updateItems(
  store: Store,
  before: SubscriptionRecord,
  patch: SubscriptionPatch,
  now: number,
): readonly ItemRecord[] {
  const periodStart = patch.current_period_start ?? before.items[0]?.periodStart ?? now;
  const periodEnd = patch.current_period_end ?? before.items[0]?.periodEnd ?? now;
  const changes = patch.items ?? [];
  const findChange = (item: ItemRecord) =>
    changes.find((change) => change.id === store.ids.make("subscription_item", item.sequence));
  const remaining = before.items
    .filter((item) => !findChange(item)?.deleted)
    .map((item): ItemRecord => {
      const change = findChange(item);
      return {
        ...item,
        price: change?.price === undefined ? item.price : getExisting(store.prices, change.price).sequence,
        quantity: change?.quantity ?? item.quantity,
        metadata: mergeMetadata(item.metadata, change?.metadata),
        periodStart: change?.current_period_start ?? patch.current_period_start ?? item.periodStart,
        periodEnd: change?.current_period_end ?? patch.current_period_end ?? item.periodEnd,
      };
    });
  const added = changes.flatMap(({ id, price, ...rest }) =>
    id === undefined && price !== undefined
      ? [createItem(store, { price, ...rest }, { created: now, periodStart, periodEnd })]
      : [],
  );
  return [...remaining, ...added];
}

function createItem(store: Store, item: NewItem, times: ItemTimes): ItemRecord {
  return {
    sequence: store.takeItemSequence(),
    price: getExisting(store.prices, item.price).sequence,
    quantity: item.quantity ?? 1,
    used: 0,
    created: times.created,
    periodStart: item.current_period_start ?? times.periodStart,
    periodEnd: item.current_period_end ?? times.periodEnd,
    metadata: item.metadata ?? NO_METADATA,
  };
}

/** The item in its next period. */
export function moveToNextPeriod(store: Store, item: ItemRecord, anchor: number): ItemRecord {
  const every = store.prices.get(item.price).recurring ?? MONTHLY;
  return { ...item, periodStart: item.periodEnd, periodEnd: findPeriod(anchor, every, item.periodEnd).end };
}

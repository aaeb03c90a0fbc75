import {
  type ItemRecord,
  type Metadata,
  NO_METADATA,
  type SubscriptionRare,
  type SubscriptionRecord,
} from "../store/records";
import type { Store } from "../store/store";
import { existing, mergedMetadata } from "./parts";
import { MONTHLY, periodAt } from "./periods";

export interface NewItem {
  price: string;
  quantity?: number;
  metadata?: Metadata;
  /** Epoch seconds; the subscription's period, unless given. */
  current_period_start?: number;
  current_period_end?: number;
}

export interface ItemPatch extends Partial<NewItem> {
  /** An item that is there already; without it, one is added. */
  id?: string;
  deleted?: boolean;
}

/** Times are epoch seconds. What Stripe sets by itself (the end of a canceled subscription) need not be given. */
export interface SubscriptionFields extends Partial<SubscriptionRare> {
  status?: string;
  start_date?: number;
  current_period_start?: number;
  current_period_end?: number;
}

export interface NewSubscription extends SubscriptionFields {
  id?: string;
  customer: string;
  items: readonly NewItem[];
  created?: number;
  metadata?: Metadata;
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

/** The period of a new subscription: as given, else the one that holds now (or the end, of one that has ended). */
export function periodOfNew(
  store: Store,
  fields: NewSubscription,
  { created, now }: { created: number; now: number },
): { periodStart: number; periodEnd: number } {
  const anchor = fields.start_date ?? created;
  const [first] = fields.items;
  const recurring = first ? existing(store.prices, first.price).recurring : null;
  const period = periodAt(anchor, recurring ?? MONTHLY, Math.min(now, fields.ended_at ?? now));
  return {
    periodStart: fields.current_period_start ?? period.start,
    periodEnd: fields.current_period_end ?? period.end,
  };
}

export function newItems(store: Store, items: readonly NewItem[], times: ItemTimes): ItemRecord[] {
  return items.map((item) => newItem(store, item, times));
}

/** The items after an update: given ids are changed or deleted, others are added. */
export function itemsAfter(
  store: Store,
  before: SubscriptionRecord,
  patch: SubscriptionPatch,
  now: number,
): readonly ItemRecord[] {
  const periodStart = patch.current_period_start ?? before.items[0]?.periodStart ?? now;
  const periodEnd = patch.current_period_end ?? before.items[0]?.periodEnd ?? now;
  const changes = patch.items ?? [];
  const changeOf = (item: ItemRecord) =>
    changes.find((change) => change.id === store.ids.make("subscription_item", item.sequence));
  const kept = before.items
    .filter((item) => !changeOf(item)?.deleted)
    .map((item): ItemRecord => {
      const change = changeOf(item);
      return {
        ...item,
        price: change?.price === undefined ? item.price : existing(store.prices, change.price).sequence,
        quantity: change?.quantity ?? item.quantity,
        metadata: mergedMetadata(item.metadata, change?.metadata),
        periodStart: change?.current_period_start ?? patch.current_period_start ?? item.periodStart,
        periodEnd: change?.current_period_end ?? patch.current_period_end ?? item.periodEnd,
      };
    });
  const added = changes.flatMap(({ id, price, ...rest }) =>
    id === undefined && price !== undefined
      ? [newItem(store, { price, ...rest }, { created: now, periodStart, periodEnd })]
      : [],
  );
  return [...kept, ...added];
}

function newItem(store: Store, item: NewItem, times: ItemTimes): ItemRecord {
  return {
    sequence: store.nextItemSequence(),
    price: existing(store.prices, item.price).sequence,
    quantity: item.quantity ?? 1,
    created: times.created,
    periodStart: item.current_period_start ?? times.periodStart,
    periodEnd: item.current_period_end ?? times.periodEnd,
    metadata: item.metadata ?? NO_METADATA,
  };
}

/** The item in the period after its present one. */
export function nextPeriod(store: Store, item: ItemRecord, anchor: number): ItemRecord {
  const every = store.prices.get(item.price).recurring ?? MONTHLY;
  return { ...item, periodStart: item.periodEnd, periodEnd: periodAt(anchor, every, item.periodEnd).end };
}

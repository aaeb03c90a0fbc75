import {
  type Interval,
  type Metadata,
  NO_METADATA,
  type PriceRecord,
  type PriceTier,
} from "../store/records";
import { type AccountParts, existing, mergedMetadata } from "./parts";

export interface NewPrice {
  id?: string;
  product: string;
  currency: string;
  /** In the currency's smallest unit; null (or left out) for tiered prices. */
  unit_amount?: number | null;
  billing_scheme?: "per_unit" | "tiered";
  tiers?: readonly { up_to: number | null; unit_amount?: number | null; flat_amount?: number | null }[];
  tiers_mode?: "graduated" | "volume" | null;
  recurring?: { interval: Interval; interval_count?: number } | null;
  lookup_key?: string | null;
  /** Takes the lookup key away from the price that has it. */
  transfer_lookup_key?: boolean;
  nickname?: string | null;
  active?: boolean;
  /** Epoch seconds; now, unless given. */
  created?: number;
  metadata?: Metadata;
}

export interface PricePatch {
  active?: boolean;
  nickname?: string | null;
  lookup_key?: string | null;
  transfer_lookup_key?: boolean;
  metadata?: Record<string, string> | "";
}

export class Prices {
  readonly #parts: AccountParts;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  /** Throws when the lookup key is another price's and is not to be transferred. */
  create(fields: NewPrice): { id: string } {
    const { store, clock } = this.#parts;
    const tiered = fields.billing_scheme === "tiered" || fields.tiers !== undefined;
    this.#claimLookupKey(fields.lookup_key, fields.transfer_lookup_key ?? false);
    const record: PriceRecord = {
      sequence: store.prices.nextSequence,
      created: fields.created ?? clock.now(),
      product: existing(store.products, fields.product).sequence,
      active: fields.active ?? true,
      currency: fields.currency,
      unitAmount: tiered ? null : (fields.unit_amount ?? null),
      tiers: tiered ? (fields.tiers ?? [{ up_to: null }]).map(tierOf) : null,
      tiersMode: tiered ? (fields.tiers_mode ?? "graduated") : null,
      recurring: fields.recurring
        ? { interval: fields.recurring.interval, interval_count: fields.recurring.interval_count ?? 1 }
        : null,
      lookupKey: fields.lookup_key ?? null,
      nickname: fields.nickname ?? null,
      metadata: fields.metadata ?? NO_METADATA,
    };
    store.prices.add(record, fields.id);
    this.#emit("price.created", record);
    return { id: store.prices.idOf(record.sequence) };
  }

  update(id: string, patch: PricePatch): { id: string } {
    const { store } = this.#parts;
    const before = existing(store.prices, id);
    if (patch.lookup_key !== before.lookupKey) {
      this.#claimLookupKey(patch.lookup_key, patch.transfer_lookup_key ?? false);
    }
    this.#replace(before, {
      ...before,
      active: patch.active ?? before.active,
      nickname: patch.nickname === undefined ? before.nickname : patch.nickname,
      lookupKey: patch.lookup_key === undefined ? before.lookupKey : patch.lookup_key,
      metadata: mergedMetadata(before.metadata, patch.metadata),
    });
    return { id };
  }

  #claimLookupKey(lookupKey: string | null | undefined, transfer: boolean): void {
    const { store } = this.#parts;
    const holder = lookupKey ? store.priceOfLookupKey(lookupKey) : undefined;
    if (!holder) return;
    if (!transfer) throw new Error(`Lookup key ${lookupKey} is another price's`);
    this.#replace(holder, { ...holder, lookupKey: null });
  }

  #replace(before: PriceRecord, after: PriceRecord): void {
    const { store, writers } = this.#parts;
    store.prices.replace(after);
    this.#emit("price.updated", after, writers.price(before));
  }

  #emit(type: string, record: PriceRecord, before?: string): void {
    const { events, writers, changed } = this.#parts;
    if (events.on) events.emit({ type, object: writers.price(record), before });
    changed();
  }
}

function tierOf(tier: {
  up_to: number | null;
  unit_amount?: number | null;
  flat_amount?: number | null;
}): PriceTier {
  return {
    up_to: tier.up_to,
    unit_amount: tier.unit_amount ?? null,
    flat_amount: tier.flat_amount ?? null,
  };
}

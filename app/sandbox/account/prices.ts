import {
  type Interval,
  type Metadata,
  NO_METADATA,
  type PriceRecord,
  type PriceTier,
} from "../store/records";
import { type AccountDeps, getExisting, mergeMetadata } from "./account-deps";

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
  /** Takes the lookup key from the price that has it. */
  transfer_lookup_key?: boolean;
  nickname?: string | null;
  active?: boolean;
  /** Epoch seconds; now by default. */
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
  readonly #deps: AccountDeps;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
  }

  /** Throws when another price has the lookup key, unless it is transferred. */
  create(fields: NewPrice): { id: string } {
    const { store, clock } = this.#deps;
    const tiered = fields.billing_scheme === "tiered" || fields.tiers !== undefined;
    this.#claimLookupKey(fields.lookup_key, fields.transfer_lookup_key ?? false);
    const record: PriceRecord = {
      sequence: store.prices.nextSequence,
      created: fields.created ?? clock.now(),
      product: getExisting(store.products, fields.product).sequence,
      active: fields.active ?? true,
      currency: fields.currency,
      unitAmount: tiered ? null : (fields.unit_amount ?? null),
      tiers: tiered ? (fields.tiers ?? [{ up_to: null }]).map(toTier) : null,
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
    return { id: store.prices.getId(record.sequence) };
  }

  update(id: string, patch: PricePatch): { id: string } {
    const { store } = this.#deps;
    const before = getExisting(store.prices, id);
    if (patch.lookup_key !== before.lookupKey) {
      this.#claimLookupKey(patch.lookup_key, patch.transfer_lookup_key ?? false);
    }
    this.#replace(before, {
      ...before,
      active: patch.active ?? before.active,
      nickname: patch.nickname === undefined ? before.nickname : patch.nickname,
      lookupKey: patch.lookup_key === undefined ? before.lookupKey : patch.lookup_key,
      metadata: mergeMetadata(before.metadata, patch.metadata),
    });
    return { id };
  }

  #claimLookupKey(lookupKey: string | null | undefined, transfer: boolean): void {
    const { store } = this.#deps;
    const holder = lookupKey ? store.findPriceByLookupKey(lookupKey) : undefined;
    if (!holder) return;
    if (!transfer) throw new Error(`Lookup key ${lookupKey} is another price's`);
    this.#replace(holder, { ...holder, lookupKey: null });
  }

  #replace(before: PriceRecord, after: PriceRecord): void {
    const { store, serializers } = this.#deps;
    store.prices.replace(after);
    this.#emit("price.updated", after, serializers.price(before));
  }

  #emit(type: string, record: PriceRecord, before?: string): void {
    const { events, serializers, onChange } = this.#deps;
    if (events.isRecording) events.emit({ type, object: serializers.price(record), before });
    onChange();
  }
}

function toTier(tier: {
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

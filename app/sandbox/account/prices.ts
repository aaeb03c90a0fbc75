import {
  type CurrencyOption,
  type Interval,
  type Metadata,
  NO_METADATA,
  type PriceRecord,
  type PriceTier,
} from "../store/records";
import { type AccountDeps, getExisting, mergeMetadata } from "./account-deps";

export interface NewTier {
  up_to: number | null;
  unit_amount?: number | null;
  unit_amount_decimal?: string | null;
  flat_amount?: number | null;
  flat_amount_decimal?: string | null;
}

/** What a price says in one currency, in its smallest unit. Null (or left out) for tiered prices. */
export interface NewAmounts {
  unit_amount?: number | null;
  /** With fractions of the smallest unit. */
  unit_amount_decimal?: string | null;
  tiers?: readonly NewTier[];
  tax_behavior?: string;
}

export interface NewPrice extends NewAmounts {
  id?: string;
  product: string;
  currency: string;
  /** By currency. */
  currency_options?: Readonly<Record<string, NewAmounts>>;
  transform_quantity?: { divide_by: number; round: "down" | "up" } | null;
  billing_scheme?: "per_unit" | "tiered";
  tiers_mode?: "graduated" | "volume" | null;
  recurring?: {
    interval: Interval;
    interval_count?: number;
    usage_type?: "licensed" | "metered";
    meter?: string | null;
  } | null;
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
  tax_behavior?: string;
  currency_options?: Readonly<Record<string, NewAmounts>>;
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
      ...toAmounts(tiered ? { tiers: [{ up_to: null }], ...fields } : fields),
      tiersMode: tiered ? (fields.tiers_mode ?? "graduated") : null,
      currencyOptions: fields.currency_options ? mapValues(fields.currency_options, toAmounts) : null,
      transformQuantity: fields.transform_quantity ?? null,
      recurring: fields.recurring
        ? {
            interval: fields.recurring.interval,
            interval_count: fields.recurring.interval_count ?? 1,
            usage_type: fields.recurring.usage_type ?? "licensed",
            meter: fields.recurring.meter ?? null,
          }
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
      taxBehavior: patch.tax_behavior ?? before.taxBehavior,
      currencyOptions: patch.currency_options
        ? { ...before.currencyOptions, ...mapValues(patch.currency_options, toAmounts) }
        : before.currencyOptions,
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

function toAmounts({ tiers, tax_behavior, ...amounts }: NewAmounts): CurrencyOption {
  return {
    unitAmount: tiers ? null : toDecimal(amounts.unit_amount, amounts.unit_amount_decimal),
    tiers: tiers ? tiers.map(toTier) : null,
    taxBehavior: tax_behavior ?? "unspecified",
  };
}

function toTier(tier: NewTier): PriceTier {
  return {
    up_to: tier.up_to,
    unit_amount: toDecimal(tier.unit_amount, tier.unit_amount_decimal),
    flat_amount: toDecimal(tier.flat_amount, tier.flat_amount_decimal),
  };
}

function toDecimal(whole: number | null | undefined, decimal: string | null | undefined): string | null {
  return decimal ?? (whole === null || whole === undefined ? null : String(whole));
}

function mapValues<V, W>(values: Readonly<Record<string, V>>, change: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}

import { z } from "zod";
import type { SubscriptionItem } from "~/billing/observation";

/** Replaces what PostgreSQL refuses to store (NUL, half of a surrogate pair), or one name would stop a whole page. */
export const text = z
  .string()
  .transform((value) => (/^[ -~]*$/.test(value) ? value : value.replace(/\0|\p{Surrogate}/gu, "\u{fffd}")));

/** Up to the year 9999, which PostgreSQL can store. */
export const seconds = z.number().int().min(0).max(253_402_300_799);

/** The id of an object that comes whole or as its id. */
export const readId = (value: string | { id: string } | null | undefined): string | null =>
  typeof value === "string" ? value : (value?.id ?? null);

/** One unit's price in one currency, or why there is none. */
export type Amount = Pick<SubscriptionItem, "unitAmount" | "pricing">;

/** Stripe has not said what a unit costs in this currency. */
export const UNKNOWN_AMOUNT: Amount = { unitAmount: null, pricing: { kind: "unknown" } };

/** Reads `unit_amount_decimal`: a text, or an object of the SDK that turns into one. None that is too large to be computed with. */
function readDecimal(value: unknown): number | null {
  if (value === null || value === undefined) return null;
  const amount = Number(String(value));
  return Math.abs(amount) <= Number.MAX_SAFE_INTEGER ? amount : null;
}

// What only says how much it costs never keeps a payer out: where it cannot be read, the amount is not known.
const amountFields = {
  unit_amount: z.number().int().nullish().catch(null),
  unit_amount_decimal: z.unknown().optional(),
  tiers: z.array(z.unknown()).nullish().catch(null),
};
const UNREADABLE_PACKAGES = "unreadable";

/** What is read of a price; older API versions leave most of it out. */
export const priceObject = z.object({
  id: z.string(),
  product: z
    .union([z.string(), z.object({ id: z.string() })])
    .nullish()
    .catch(null),
  lookup_key: text.nullish().catch(null),
  currency: z.string(),
  billing_scheme: z.string().nullish(),
  tiers_mode: z.string().nullish(),
  transform_quantity: z
    .union([
      z.object({ divide_by: z.number().int().min(1), round: z.enum(["up", "down"]) }),
      z.literal(UNREADABLE_PACKAGES),
    ])
    .nullish()
    .catch(UNREADABLE_PACKAGES),
  recurring: z
    .object({
      interval: z.enum(["day", "week", "month", "year"]),
      interval_count: z.number().int(),
      usage_type: z.string().nullish(),
    })
    .nullish(),
  ...amountFields,
});

type PriceObject = z.infer<typeof priceObject>;
type AmountObject = Pick<PriceObject, "unit_amount" | "unit_amount_decimal" | "tiers">;

/** Paid by use: what it costs is known afterwards. */
export const isMetered = ({ recurring }: PriceObject): boolean => recurring?.usage_type === "metered";

/** One unit of a price in the currency that `amount` is in. */
export function readAmount(price: PriceObject, amount: AmountObject): Amount {
  if (isMetered(price)) return { unitAmount: null, pricing: { kind: "metered" } };
  if (price.billing_scheme === "tiered" || price.tiers_mode || amount.tiers?.length)
    return { unitAmount: null, pricing: { kind: "tiered" } };
  const unitAmount = amount.unit_amount ?? readDecimal(amount.unit_amount_decimal);
  if (unitAmount === null) return UNKNOWN_AMOUNT;
  const packages = price.transform_quantity;
  if (!packages) return { unitAmount };
  if (packages === UNREADABLE_PACKAGES) return UNKNOWN_AMOUNT;
  return {
    unitAmount: null,
    pricing: { kind: "package", amount: unitAmount, size: packages.divide_by, round: packages.round },
  };
}

const optionsObject = priceObject.extend({
  currency_options: z.record(z.string(), z.object(amountFields)).nullish(),
});

/** What a price costs in each of its currencies. */
export type PriceAmounts = Record<string, Amount>;

/** Parses a price that was read with `currency_options`. Throws ZodError on another shape. */
export function parsePriceAmounts(object: unknown): PriceAmounts {
  const price = optionsObject.parse(object);
  const amounts: PriceAmounts = { [price.currency]: readAmount(price, price) };
  for (const [currency, option] of Object.entries(price.currency_options ?? {}))
    amounts[currency] ??= readAmount(price, option);
  return amounts;
}

/** Where discounts stand: one in older API versions, a list in newer ones; a customer has one for all its subscriptions. */
export const discounts = { discount: z.unknown().optional(), discounts: z.unknown().optional() };

/** Whether an object of Stripe's has a discount; one that is only named says nothing. */
export const isDiscounted = (
  object: string | { id: string; discount?: unknown; discounts?: unknown },
): boolean =>
  typeof object === "object" &&
  (object.discount != null || (Array.isArray(object.discounts) && object.discounts.length > 0));

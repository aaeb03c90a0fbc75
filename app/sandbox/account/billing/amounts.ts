import type { PriceRecord, PriceTier } from "~/sandbox/store/records";

/** What a price says in one currency. */
export interface CurrencyAmounts {
  unitAmount: string | null;
  tiers: readonly PriceTier[] | null;
}

/** The amounts of a price in a currency; undefined when the price is not sold in it. */
export function findAmounts(price: PriceRecord, currency: string): CurrencyAmounts | undefined {
  if (price.currency === currency) return price;
  return price.currencyOptions?.[currency];
}

/**
 * What a quantity of a price costs in a currency, in whole smallest units. Quantity 0 of a price in tiers costs the flat
 * amount of the first tier when the tiers are graduated, as at Stripe. Throws when the price is not sold in the currency.
 */
export function calculateAmount(price: PriceRecord, quantity: number, currency: string): number {
  const amounts = findAmounts(price, currency);
  if (!amounts) throw new Error(`A price in ${price.currency} is not sold in ${currency}`);
  const units = countUnits(price, quantity);
  if (!amounts.tiers) return roundAmount(Number(amounts.unitAmount ?? "0") * units);
  return roundAmount(
    price.tiersMode === "volume" ? sumVolume(amounts.tiers, units) : sumGraduated(amounts.tiers, units),
  );
}

function countUnits({ transformQuantity }: PriceRecord, quantity: number): number {
  if (!transformQuantity) return quantity;
  const packages = quantity / transformQuantity.divide_by;
  return transformQuantity.round === "up" ? Math.ceil(packages) : Math.floor(packages);
}

/** All units at the price of the tier that the quantity falls into. */
function sumVolume(tiers: readonly PriceTier[], units: number): number {
  const tier = tiers.find(({ up_to }) => up_to === null || units <= up_to);
  return tier ? units * Number(tier.unit_amount ?? "0") + Number(tier.flat_amount ?? "0") : 0;
}

/** Each unit at the price of its own tier, and the flat amount of each tier that is reached. */
function sumGraduated(tiers: readonly PriceTier[], units: number): number {
  let sum = 0;
  let below = 0;
  for (const [i, { up_to, unit_amount, flat_amount }] of tiers.entries()) {
    if (i > 0 && units <= below) break;
    const inTier = Math.min(units, up_to ?? units) - below;
    sum += Math.max(0, inTier) * Number(unit_amount ?? "0") + Number(flat_amount ?? "0");
    below = up_to ?? units;
  }
  return sum;
}

/** Half a unit is rounded away from zero. Binary fractions such as 1.005 × 100 must not round down. */
export function roundAmount(amount: number): number {
  const exact = Number(Math.abs(amount).toFixed(6));
  return Math.sign(amount) * Math.round(exact) || 0;
}

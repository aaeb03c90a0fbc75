import { z } from "zod";
import type { Pricing, SubscriptionItem } from "~/billing/observation";

const storedPricing: z.ZodType<Pricing> = z.union([
  z.object({ kind: z.enum(["metered", "tiered", "unknown"]) }),
  z.object({
    kind: z.literal("package"),
    amount: z.number(),
    size: z.number(),
    round: z.enum(["up", "down"]),
  }),
]);

/** One unit's price in one currency, as stored with a price. */
export const storedAmount = z.object({
  unitAmount: z.number().nullable(),
  pricing: storedPricing.optional(),
});

/** An item of a subscription as stored. */
export const storedItem: z.ZodType<SubscriptionItem> = z.object({
  id: z.string(),
  priceId: z.string(),
  productId: z.string().nullish(),
  lookupKey: z.string().nullable(),
  unitAmount: z.number().nullable(),
  pricing: storedPricing.optional(),
  currency: z.string(),
  priceCurrency: z.string().optional(),
  isDiscounted: z.literal(true).optional(),
  interval: z.enum(["day", "week", "month", "year"]).nullable(),
  intervalCount: z.number(),
  quantity: z.number(),
  periodStart: z.number().nullable(),
  periodEnd: z.number().nullable(),
});

export const storedItems = z.array(storedItem);

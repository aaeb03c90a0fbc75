import { z } from "zod";
import { boolean, choice, expandable, ignored, integer, list, metadata, text, unsettable } from "../params";

const trialEnd = z.union([z.literal("now"), integer()]);

const fields = {
  ...expandable,
  cancel_at_period_end: boolean.optional(),
  collection_method: choice(["charge_automatically", "send_invoice"]).optional(),
  days_until_due: integer({ min: 0 }).optional(),
  default_payment_method: unsettable.optional(),
  description: unsettable.optional(),
  metadata: metadata.optional(),
  trial_end: trialEnd.optional(),
  automatic_tax: ignored,
  billing_mode: ignored,
  off_session: ignored,
  payment_settings: ignored,
  proration_behavior: ignored,
  trial_settings: ignored,
};

/** What `POST /v1/subscriptions` takes. */
export const createSchema = z.strictObject({
  ...fields,
  billing_cycle_anchor: integer().optional(),
  currency: text.optional(),
  customer: text,
  items: list(
    z.strictObject({
      price: text,
      quantity: integer({ min: 0 }).optional(),
      metadata: z.record(z.string(), z.string()).optional(),
    }),
    20,
  ),
  backdate_start_date: integer().optional(),
  cancel_at: integer().optional(),
  payment_behavior: choice([
    "allow_incomplete",
    "default_incomplete",
    "error_if_incomplete",
    "pending_if_incomplete",
  ]).optional(),
  trial_period_days: integer({ min: 1 }).optional(),
});

/** What `POST /v1/subscriptions/:id` takes. Empty values unset. */
export const updateSchema = z.strictObject({
  ...fields,
  billing_cycle_anchor: choice(["now", "unchanged"]).optional(),
  items: list(
    z.strictObject({
      id: text.optional(),
      price: text.optional(),
      quantity: integer({ min: 0 }).optional(),
      deleted: boolean.optional(),
      metadata: z.record(z.string(), z.string()).optional(),
      clear_usage: ignored,
    }),
    20,
  ).optional(),
  cancel_at: z.union([z.literal("").transform(() => null), integer()]).optional(),
  pause_collection: z
    .union([
      z.literal("").transform(() => null),
      z
        .strictObject({
          behavior: choice(["keep_as_draft", "mark_uncollectible", "void"]),
          resumes_at: integer().optional(),
        })
        .transform(({ behavior, resumes_at = null }) => ({ behavior, resumes_at })),
    ])
    .optional(),
  cancellation_details: ignored,
  payment_behavior: ignored,
  proration_date: ignored,
});

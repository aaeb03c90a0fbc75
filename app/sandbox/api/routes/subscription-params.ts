import { z } from "zod";
import type { BillingMode } from "../../store/records";
import {
  boolean,
  choice,
  expandable,
  integer,
  list,
  metadata,
  newMetadata,
  only,
  text,
  unsettable,
} from "../params";
import { isOlder, RELEASES } from "../versions/versions";

export const PRORATION_BEHAVIORS = ["always_invoice", "create_prorations", "none"] as const;

const PAYMENT_BEHAVIORS = [
  "allow_incomplete",
  "default_incomplete",
  "error_if_incomplete",
  "pending_if_incomplete",
] as const;

export const CANCELLATION_FEEDBACK = [
  "customer_service",
  "low_quality",
  "missing_features",
  "other",
  "switched_service",
  "too_complex",
  "too_expensive",
  "unused",
] as const;

/** A word in older versions of the API, an object in newer ones. */
export const anchor = z.union([
  choice(["now", "unchanged"]),
  z.strictObject({ type: choice(["now", "unchanged"]) }).transform(({ type }) => type),
]);

/** Of a new subscription. Itemized discounts are not served, because there are no discounts. */
export const billingMode = z
  .strictObject({
    type: choice(["classic", "flexible"]),
    flexible: z.strictObject({ proration_discounts: only("included") }).optional(),
  })
  .transform(({ type }) => type);

/** Since 2025-09-30.clover new subscriptions are flexible unless the request says otherwise. */
export const findDefaultBillingMode = (version: string): BillingMode =>
  isOlder(version, RELEASES.clover) ? "classic" : "flexible";

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
  automatic_tax: z.strictObject({ enabled: only("false") }).optional(),
  off_session: only("false"),
  payment_settings: z
    .strictObject({
      payment_method_types: list(only("card")).optional(),
      save_default_payment_method: only("off"),
    })
    .optional(),
  payment_behavior: choice(PAYMENT_BEHAVIORS).optional(),
  proration_behavior: choice(PRORATION_BEHAVIORS).optional(),
  trial_settings: z
    .strictObject({
      end_behavior: z.strictObject({
        missing_payment_method: choice(["cancel", "create_invoice", "pause"]),
      }),
    })
    .optional(),
};

/** What `POST /v1/subscriptions` takes. */
export const createSchema = z.strictObject({
  ...fields,
  billing_mode: billingMode.optional(),
  billing_cycle_anchor: integer().optional(),
  currency: text.optional(),
  customer: text,
  items: list(
    z.strictObject({
      price: text,
      quantity: integer({ min: 0 }).optional(),
      metadata: newMetadata.optional(),
    }),
    20,
  ),
  backdate_start_date: integer().optional(),
  cancel_at: integer().optional(),
  trial_period_days: integer({ min: 1 }).optional(),
});

/** What `POST /v1/subscriptions/:id` takes. Empty values unset. */
export const updateSchema = z.strictObject({
  ...fields,
  billing_cycle_anchor: anchor.optional(),
  items: list(
    z.strictObject({
      id: text.optional(),
      price: text.optional(),
      quantity: integer({ min: 0 }).optional(),
      deleted: boolean.optional(),
      metadata: newMetadata.optional(),
      clear_usage: only("false"),
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
  cancellation_details: z
    .strictObject({ comment: unsettable.optional(), feedback: choice(CANCELLATION_FEEDBACK).optional() })
    .optional(),
  proration_date: integer().optional(),
});

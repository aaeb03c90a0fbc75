import { keepIfEqual } from "../large/keep-if-equal";
import type { SubscriptionRare } from "../store/records";

type Draft = { -readonly [K in keyof SubscriptionRare]: SubscriptionRare[K] };

interface Change {
  /** The status after the change. */
  status: string;
  /** When the change happens: epoch seconds. */
  at: number;
  periodEnd: number;
}

const DEFAULTS: SubscriptionRare = Object.freeze({
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  ended_at: null,
  trial_start: null,
  trial_end: null,
  collection_method: "charge_automatically",
  days_until_due: null,
  default_payment_method: null,
  description: null,
  pause_collection: null,
  cancellation_reason: null,
  cancellation_comment: null,
  cancellation_feedback: null,
  test_clock: null,
  missing_payment_method: "create_invoice",
  billing_mode: "flexible",
  imported: true,
  still: false,
  legacyPeriod: false,
});

/**
 * The rare fields after a creation (`before` is undefined) or an update: the given values, and what Stripe sets itself
 * when a cancellation is scheduled or removed and when a subscription ends. Returns the same object when nothing differs.
 */
export function updateRareFields(
  before: SubscriptionRare | undefined,
  given: Partial<SubscriptionRare>,
  { status, at, periodEnd }: Change,
): SubscriptionRare {
  const base = before ?? DEFAULTS;
  const draft: Draft = { ...base };
  for (const key of KEYS) takeField(draft, given, key);
  if (draft.cancel_at_period_end && !base.cancel_at_period_end) {
    draft.cancel_at ??= periodEnd;
    draft.canceled_at ??= at;
  }
  if (!draft.cancel_at_period_end && base.cancel_at_period_end) {
    draft.cancel_at = given.cancel_at ?? null;
    draft.canceled_at = given.canceled_at ?? null;
  }
  if (draft.cancel_at === null && base.cancel_at !== null) {
    draft.cancel_at_period_end = false;
    draft.canceled_at = given.canceled_at ?? null;
  }
  if (draft.cancel_at !== null && base.cancel_at === null) draft.canceled_at ??= at;
  if (draft.trial_end !== null) draft.trial_start ??= at;
  if (status === "canceled") draft.canceled_at ??= at;
  if (status === "canceled" || status === "incomplete_expired") draft.ended_at ??= at;
  else draft.ended_at = given.ended_at ?? null;
  return keepIfEqual<SubscriptionRare>(base, draft);
}

const KEYS = [
  "cancel_at",
  "cancel_at_period_end",
  "canceled_at",
  "ended_at",
  "trial_start",
  "trial_end",
  "collection_method",
  "days_until_due",
  "default_payment_method",
  "description",
  "pause_collection",
  "cancellation_reason",
  "cancellation_comment",
  "cancellation_feedback",
  "test_clock",
  "missing_payment_method",
  "billing_mode",
  "imported",
  "still",
  "legacyPeriod",
] as const satisfies readonly (keyof SubscriptionRare)[];

function takeField<K extends keyof SubscriptionRare>(draft: Draft, given: Partial<Draft>, key: K): void {
  const value = given[key];
  if (value !== undefined) draft[key] = value;
}

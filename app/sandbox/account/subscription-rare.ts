import type { SubscriptionRare } from "../store/records";

type Draft = { -readonly [K in keyof SubscriptionRare]: SubscriptionRare[K] };

interface Moment {
  /** The status after the change. */
  status: string;
  /** When it happens: epoch seconds. */
  at: number;
  periodEnd: number;
}

const NOTHING_RARE: SubscriptionRare = Object.freeze({
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
  test_clock: null,
  legacyPeriod: false,
});

/**
 * The rarer fields after a creation (`before` undefined) or an update: what was given, and what Stripe sets by
 * itself when a cancellation is scheduled or taken back and when a subscription ends. The same object again when
 * nothing differs, so that a million subscriptions share one.
 */
export function rareAfter(
  before: SubscriptionRare | undefined,
  given: Partial<SubscriptionRare>,
  { status, at, periodEnd }: Moment,
): SubscriptionRare {
  const base = before ?? NOTHING_RARE;
  const draft: Draft = { ...base };
  for (const key of KEYS) take(draft, given, key);
  if (draft.cancel_at_period_end && !base.cancel_at_period_end) {
    draft.cancel_at ??= periodEnd;
    draft.canceled_at ??= at;
  }
  if (!draft.cancel_at_period_end && base.cancel_at_period_end) {
    draft.cancel_at = given.cancel_at ?? null;
    draft.canceled_at = given.canceled_at ?? null;
  }
  if (draft.trial_end !== null) draft.trial_start ??= at;
  if (status === "canceled") draft.canceled_at ??= at;
  if (status === "canceled" || status === "incomplete_expired") draft.ended_at ??= at;
  else draft.ended_at = given.ended_at ?? null;
  return KEYS.every((key) => draft[key] === base[key]) ? base : draft;
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
  "test_clock",
  "legacyPeriod",
] as const satisfies readonly (keyof SubscriptionRare)[];

function take<K extends keyof SubscriptionRare>(draft: Draft, given: Partial<Draft>, key: K): void {
  const value = given[key];
  if (value !== undefined) draft[key] = value;
}

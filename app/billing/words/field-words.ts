import type { RatedSubscription } from "~/billing/choice";
import { formatDay } from "~/billing/dates";
import {
  FIELDS,
  type Field,
  type FieldId,
  type FieldValue,
  findField,
  type RecordFields,
} from "~/billing/fields";
import type { Mismatch } from "~/billing/mismatches";
import { formatMoney } from "~/billing/money";
import type { BillingState } from "~/billing/record";
import { STRIPES_WORDS } from "~/billing/vocabulary/vocabulary";

/** What a field is called on the screen and in the terminal; its id for one that is no longer in the table. */
export const labelField = (id: FieldId, fields: RecordFields = FIELDS): string =>
  findField(id, fields)?.label ?? id;

/** A value of a field in words: "none", "yes", "2 Nov 2026", an amount with its currency when that is known. */
export function formatFieldValue(
  field: Field | undefined,
  value: FieldValue,
  currency: string | null = null,
): string {
  if (value === null || value === "") return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  if (field?.type === "time") return formatDay(value);
  return field?.type === "money" && currency !== null ? formatMoney(value, currency) : String(value);
}

/** The currencies of the recorded and of the expected amounts: they may differ. */
export type Currencies = { recorded: string | null; expected: string | null };

/** The currencies of two states; one without a row has no amounts. */
export const readCurrencies = (
  recorded: Pick<BillingState, "billing">,
  expected: Pick<BillingState, "billing">,
): Currencies => ({
  recorded: recorded.billing?.currency ?? null,
  expected: expected.billing?.currency ?? null,
});

/** "Plan: none → army" */
export function describeMismatch(
  { field: id, recorded, expected }: Mismatch,
  currencies: Currencies = { recorded: null, expected: null },
  fields: RecordFields = FIELDS,
): string {
  const field = findField(id, fields);
  const was = formatFieldValue(field, recorded, currencies.recorded);
  return `${labelField(id, fields)}: ${was} → ${formatFieldValue(field, expected, currencies.expected)}`;
}

/** What Stripe itself says about a field, e.g. `price_… (army_yearly)`; null where it says nothing. */
export function formatStripeValue(field: Field, primary: RatedSubscription | null): string | null {
  if (primary === null) return null;
  const { item, subscription } = primary;
  if (field.raw) return field.raw(item, subscription);
  const value = field.fromStripe?.(item, subscription, STRIPES_WORDS) ?? null;
  return value === null ? null : formatFieldValue(field, value);
}

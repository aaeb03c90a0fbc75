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

/** What a field is called on the screen and in the terminal; its id for one that is no longer in the table. */
const labelField = (id: FieldId, fields: RecordFields = FIELDS): string => findField(id, fields)?.label ?? id;

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

/** "Plan: none → army" */
export function describeMismatch(
  { field: id, recorded, expected }: Mismatch,
  currency: string | null = null,
  fields: RecordFields = FIELDS,
): string {
  const field = findField(id, fields);
  const [was, should] = [recorded, expected].map((value) => formatFieldValue(field, value, currency));
  return `${labelField(id, fields)}: ${was} → ${should}`;
}

/** What Stripe itself says about a field, e.g. `price_… (army_yearly)`; null where it says nothing. */
export function formatStripeValue(field: Field, primary: RatedSubscription | null): string | null {
  if (primary === null) return null;
  const { item, subscription } = primary;
  if (field.raw) return field.raw(item, subscription);
  const value = field.fromStripe?.(item, subscription) ?? null;
  return value === null ? null : formatFieldValue(field, value);
}

import { FIELDS, findField, type RecordFields } from "~/billing/fields";
import { findMismatches } from "~/billing/mismatches";
import type { BillingState } from "~/billing/record";
import { formatFieldValue, labelField, readCurrencies } from "./field-words";

/** A field that a repair changes, in words: its label, "none", "army". */
export type ChangedValue = { label: string; before: string; after: string };

/** What a repair changes, field by field. What is the same for several workspaces is one entry that says how many. */
export function listChangedValues(
  before: BillingState,
  after: BillingState,
  fields: RecordFields = FIELDS,
): ChangedValue[] {
  const currencies = readCurrencies(before, after);
  const found = new Map<string, ChangedValue & { times: number }>();
  for (const { field: id, recorded, expected } of findMismatches(before, after, fields)) {
    const field = findField(id, fields);
    const value = {
      label: labelField(id, fields),
      before: formatFieldValue(field, recorded, currencies.recorded),
      after: formatFieldValue(field, expected, currencies.expected),
    };
    const key = JSON.stringify(value);
    found.set(key, { ...value, times: (found.get(key)?.times ?? 0) + 1 });
  }
  return [...found.values()].map(({ times, label, ...values }) => ({
    label: times === 1 ? label : `${label} (${times} workspaces)`,
    ...values,
  }));
}

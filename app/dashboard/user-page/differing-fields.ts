import { type FieldSeverity, findField, listFields, SEVERITY_BY_GROUP } from "~/billing/fields";
import type { Mismatch } from "~/billing/mismatches";
import { OPTIONAL_BILLING_FIELDS } from "~/mapping/file-fields";

const SEVERITIES: FieldSeverity[] = ["high", "medium", "low"];

const fields = (["user", "workspace", "billing"] as const).flatMap((table) => listFields(table));
const WORDS = new Set(
  SEVERITIES.flatMap((severity) =>
    fields.flatMap(({ field }) => (SEVERITY_BY_GROUP[field.group] === severity ? [field.short] : [])),
  ),
);

const OPTIONAL_WORDS = new Map(
  Object.entries(OPTIONAL_BILLING_FIELDS).map(([name, { short }]) => [`billing.${name}`, short]),
);

/** A column that a plan sets is called as the mapping calls it. */
const findWord = (field: Mismatch["field"]): string =>
  findField(field)?.short ??
  OPTIONAL_WORDS.get(field) ??
  field.replace(/^(user|billing|workspace)\.(sets\.)?/, "");

/** The fields in a row's second line: `plan, workspace, soldiers, status`; each once, the most severe first. */
export function listDifferingFields(mismatches: readonly Pick<Mismatch, "field">[]): string[] {
  const words = new Set(mismatches.map(({ field }) => findWord(field)));
  return [...WORDS].filter((word) => words.has(word)).concat([...words].filter((word) => !WORDS.has(word)));
}

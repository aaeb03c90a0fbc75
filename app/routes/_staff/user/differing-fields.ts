import { type FieldSeverity, findField, listFields, SEVERITY_BY_GROUP } from "~/billing/fields";
import type { Mismatch } from "~/billing/mismatches";

const SEVERITIES: FieldSeverity[] = ["high", "medium", "low"];

const fields = (["user", "workspace", "billing"] as const).flatMap((table) => listFields(table));
const WORDS = new Set(
  SEVERITIES.flatMap((severity) =>
    fields.flatMap(({ field }) => (SEVERITY_BY_GROUP[field.group] === severity ? [field.short] : [])),
  ),
);

/** The fields in a row's second line: `plan, workspace, soldiers, status`; each once, the most severe first. */
export function listDifferingFields(mismatches: readonly Pick<Mismatch, "field">[]): string[] {
  const words = new Set(mismatches.map(({ field }) => findField(field)?.short));
  return [...WORDS].filter((word) => words.has(word));
}

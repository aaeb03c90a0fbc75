import type { MappedTable, OwnerTable } from "../mapping.server";
import { ident } from "./sql-text";
import { type BridgeParts, findColumn } from "./values";
import { findWrittenTable, type Target, type WrittenPlace } from "./written-places";

/** One statement of the function that writes records: which table it writes, and its SQL. */
export type Statement = { table: string; sql: string };

/** The records that are written, as rows `r`. */
export const RECORDS = `pg_catalog.jsonb_to_recordset($1) AS r("userId" pg_catalog.text, "user" pg_catalog.jsonb,
      "billing" pg_catalog.jsonb, "ends" pg_catalog.bool, "takesOverRow" pg_catalog.bool, "workspaces" pg_catalog.jsonb,
      "subscriptions" pg_catalog.jsonb)`;

/** The subscription of the record as it was observed: `counting`. */
export const COUNTING = `LEFT JOIN LATERAL (SELECT one.entry
      FROM pg_catalog.jsonb_array_elements(coalesce(r."subscriptions", '[]')) AS one(entry)
      WHERE one.entry ->> 'id' = r."billing" ->> 'stripeSubscriptionId' LIMIT 1) AS counting ON true`;

/** Every subscription of the records, once for the whole function: the one that counts also where it was not observed. */
export const COLLECT_ENTRIES = `entries := (
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('userId', r."userId", 'user', r."user", 'billing', r."billing",
      'ends', r."ends", 'entry', e.entry, 'counts', e.counts))
    FROM ${RECORDS}
    CROSS JOIN LATERAL (
      SELECT one.entry, coalesce(one.entry ->> 'id' = r."billing" ->> 'stripeSubscriptionId', false) AS counts
      FROM pg_catalog.jsonb_array_elements(coalesce(r."subscriptions", '[]')) AS one(entry)
      UNION ALL SELECT pg_catalog.jsonb_build_object('id', r."billing" -> 'stripeSubscriptionId'), true
      WHERE r."billing" ->> 'stripeSubscriptionId' IS NOT NULL AND NOT coalesce(r."subscriptions", '[]')
        @> pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('id', r."billing" -> 'stripeSubscriptionId'))) AS e);`;

/** The subscriptions of the records, as rows `r`. PostgreSQL expects a hundred, and so looks rows up by their indexes. */
export const ENTRIES = `pg_catalog.jsonb_to_recordset(coalesce(entries, '[]')) AS r("userId" pg_catalog.text, "user" pg_catalog.jsonb,
      "billing" pg_catalog.jsonb, "ends" pg_catalog.bool, "entry" pg_catalog.jsonb, "counts" pg_catalog.bool)`;

/** The table as it is written; null for one that is only read. */
export function toTarget(
  alias: string,
  source: OwnerTable | MappedTable,
  places: WrittenPlace[],
): Target | null {
  const table = findWrittenTable(source);
  return table ? { alias, table, where: source.where, touch: source.touch, places } : null;
}

/** The further condition on the rows of a table; its columns are named without the table. */
export const addFilter = ({ where }: Pick<Target, "where">): string =>
  where === undefined ? "" : ` AND (${where})`;

/** Makes these places empty when nothing counts any more. */
export const clearAtEnd = (
  places: readonly WrittenPlace[],
  isCleared: (place: WrittenPlace) => boolean,
): WrittenPlace[] =>
  places.map((place) =>
    isCleared(place)
      ? { ...place, source: `CASE WHEN r."ends" THEN 'null'::pg_catalog.jsonb ELSE ${place.source} END` }
      : place,
  );

export type Constants = Readonly<Record<string, string | number | boolean | null>>;

/** Without the columns that keep their default. Where a column has none, `default` is a word like any other. */
export const omitDefaults = (parts: BridgeParts, alias: string, constants: Constants): Constants =>
  Object.fromEntries(
    Object.entries(constants).filter(
      ([column, value]) => value !== "default" || !findColumn(parts, alias, column).hasDefault,
    ),
  );

export const listColumns = (columns: readonly (readonly [column: string, value: string])[]): string =>
  columns.map(([column]) => ident(column)).join(", ");

export const listValues = (columns: readonly (readonly [column: string, value: string])[]): string =>
  columns.map(([, value]) => value).join(",\n    ");

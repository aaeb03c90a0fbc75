import type { MappedTable } from "../mapping.server";
import { isColumnPlace } from "../places";
import { listKnownWords } from "./select-rows";
import { ident, qualify, textArray } from "./sql-text";
import { type BridgeParts, findColumn, toKey } from "./values";
import { takeOverRows, writeOwnerRows } from "./write-owner-rows";
import {
  assignPlaces,
  asWrittenRows,
  listInserted,
  listSources,
  listVariables,
  listWrittenPlaces,
  type Target,
  type WrittenPlace,
} from "./written-places";
import {
  addFilter,
  ENTRIES,
  listColumns,
  listValues,
  omitDefaults,
  RECORDS,
  type Statement,
  toTarget,
} from "./written-records";

/** Writes the table of subscriptions: one row for each owner, or one for each subscription. */
export function writeSubscriptions(parts: BridgeParts): Statement[] {
  const { subscriptions } = parts.mapping.tables;
  if (!subscriptions) return [];
  if (subscriptions.rows === "one") return writeOwnerRows(parts, "subscriptions", subscriptions);
  return writeManyRows(parts, subscriptions);
}

type ManyRows = { target: Target; table: MappedTable; owner: string; id: string; rows: string };

function writeManyRows(parts: BridgeParts, table: MappedTable): Statement[] {
  const { subscription } = parts.mapping.fields;
  const places = listWrittenPlaces(parts, "subscriptions", parts.mapping.tables.owners, "subscription");
  const target = toTarget("subscriptions", table, places);
  const { owner } = table;
  if (!target || owner === undefined || !isColumnPlace(subscription)) return [];
  const key = toKey('r."userId"', findColumn(parts, "subscriptions", owner));
  const rows =
    asWrittenRows(`SELECT ${key} AS k, r."counts" AS counts, r."counts" OR coalesce((r."entry" ->> 'insert')::pg_catalog.bool, false) AS is_new,
    ${listVariables("subscription")},
    ${listSources(places)}
    FROM ${ENTRIES}${table.end === "delete" ? `\n    WHERE r."ends" IS NOT TRUE` : ""}`);
  const many = { target, table, owner, id: ident(subscription.column), rows };
  return [
    ...takeOverRows(parts, target, owner, { onlyWithoutOwn: false }),
    ...updateRows(parts, many),
    ...insertRows(parts, many),
    ...(table.end === "delete" ? [deleteRows(parts, many)] : []),
    rememberChosen,
  ];
}

/** Updates the rows that are there, then fills in a row that was made before the payment. */
function updateRows(parts: BridgeParts, { target, table, owner, id, rows }: ManyRows): Statement[] {
  const name = qualify(target.table);
  const { assignments, differs } = assignPlaces(parts, target, (place) => keepUnknownWord(parts, place));
  const set = `UPDATE ${name} AS t SET ${assignments.join(",\n    ")}
  FROM ${rows}`;
  const update = `${set}
  WHERE t.${id} = v.subscription AND t.${ident(owner)} = v.k${addFilter(target)}
    AND (${differs})`;
  if (table.premade === undefined || table.key === undefined) return [{ table: name, sql: update }];
  const key = ident(table.key);
  const fill = `${set}
  WHERE v.counts AND ${isMissing(name, id)}
    AND t.${key} = (SELECT premade.${key} FROM ${name} AS premade
      WHERE premade.${ident(owner)} = v.k${addFilter(target)} AND (${table.premade})
      ORDER BY premade.${key} DESC LIMIT 1)`;
  return [update, fill].map((sql) => ({ table: name, sql }));
}

/** A word that the mapping does not know may mean access given by hand: on rows that do not count it is not written over. */
function keepUnknownWord({ mapping }: BridgeParts, { name, place }: WrittenPlace): string | undefined {
  if (name !== "status" || place.path.length > 0) return undefined;
  const word = `t.${ident(place.column)}`;
  return `(v.counts OR ${word} IS NULL OR ${word}::pg_catalog.text = ANY (${textArray(listKnownWords(mapping))}))`;
}

const isMissing = (name: string, id: string): string =>
  `NOT EXISTS (SELECT FROM ${name} AS other WHERE other.${id} = v.subscription)`;

function insertRows(parts: BridgeParts, { target, table, owner, id, rows }: ManyRows): Statement[] {
  if (table.insert === false) return [];
  const name = qualify(target.table);
  const inserted = listInserted(parts, target, omitDefaults(parts, target.alias, table.insert.set));
  const sql = `INSERT INTO ${name} (${[ident(owner), listColumns(inserted)].join(", ")})
  SELECT v.k, ${listValues(inserted)}
  FROM ${rows}
  WHERE v.k IS NOT NULL AND v.is_new AND ${isMissing(name, id)}
  ORDER BY v.k, v.subscription`;
  return [{ table: name, sql }];
}

function deleteRows(parts: BridgeParts, { target, owner, id }: ManyRows): Statement {
  const name = qualify(target.table);
  const key = toKey('r."userId"', findColumn(parts, target.alias, owner));
  const sql = `DELETE FROM ${name} AS t USING (SELECT r."entry" ->> 'id' AS id, ${key} AS k
    FROM ${ENTRIES} WHERE r."ends") AS v
  WHERE t.${id} = v.id AND t.${ident(owner)} = v.k${addFilter(target)}`;
  return { table: name, sql };
}

/** Which of an owner's rows counts, where there may be several. Not a table of the application's. */
const rememberChosen: Statement = {
  table: `parity."ChosenSubscription"`,
  sql: `INSERT INTO parity."ChosenSubscription" AS t ("userId", "subscriptionId")
  SELECT r."userId", r."billing" ->> 'stripeSubscriptionId' FROM ${RECORDS}
  WHERE r."billing" ->> 'stripeSubscriptionId' IS NOT NULL ORDER BY 1
  ON CONFLICT ("userId") DO UPDATE SET "subscriptionId" = excluded."subscriptionId"
  WHERE t."subscriptionId" <> excluded."subscriptionId"`,
};

import type pg from "pg";
import { ident, qualify } from "~/mapping/bridge/sql-text";
import { type BridgeParts, writeValue } from "~/mapping/bridge/values";
import { listWritten } from "~/mapping/check-places";
import type { FileFieldName } from "~/mapping/file-fields";
import { listPlaces } from "~/mapping/mapping.server";
import { type ColumnPlace, isColumnPlace, type TableName } from "~/mapping/places";
import { readErrorText } from "~/platform/errors.server";
import type { Check } from "./report";

const WORDS: readonly FileFieldName[] = ["status", "plan", "subscriptionStatus", "subscriptionPlan"];

/**
 * Writes each word of the mapping into one row of its column: a CHECK, a domain, a foreign key or a column that is too short refuses
 * some of them. Needs a transaction, and rolls back what it wrote.
 */
export async function tryWords(client: Pick<pg.ClientBase, "query">, parts: BridgeParts): Promise<Check[]> {
  const { mapping, catalog } = parts;
  const tried = new Set<string>();
  const checks: Check[] = [];
  for (const kind of mapping.tables.owners)
    for (const [name, place] of listPlaces(mapping, kind)) {
      if (!WORDS.includes(name) || !isColumnPlace(place) || place.path.length > 0) continue;
      const source = place.alias === kind.as ? kind : mapping.tables[place.alias];
      const table = source && !Array.isArray(source) ? source.table : undefined;
      // Words that an enum or a key does not have are named without trying.
      const isText =
        catalog.tables[place.alias]?.columns.find((one) => one.name === place.column)?.kind === "text";
      const where = `${place.alias}.${place.column}`;
      if (!table || !isText || tried.has(where)) continue;
      tried.add(where);
      const refused = await tryColumn(client, parts, { table, place, words: listWritten(mapping, name) });
      if (refused.length === 0) continue;
      const isNamed = mapping.status.words !== undefined || !name.toLowerCase().endsWith("status");
      checks.push({
        ...{ level: isNamed ? "problem" : "note", about: `${table.schema}.${table.name}.${place.column}` },
        text: `refuses ${refused.map(([word]) => word).join(", ")}: ${refused[0]?.[1]}. Such a record alone fails; the others are written`,
      });
    }
  return checks;
}

type Tried = { table: TableName; place: ColumnPlace; words: readonly string[] };

/** The words that are refused, each with what PostgreSQL says. A table that takes no update at all is not spoken of here. */
async function tryColumn(
  client: Pick<pg.ClientBase, "query">,
  parts: BridgeParts,
  { table, place, words }: Tried,
): Promise<[word: string, message: string][]> {
  const column = ident(place.column);
  const write = async (value: string, values: string[]) => {
    await client.query("SAVEPOINT word");
    try {
      await client.query(
        `UPDATE ${qualify(table)} t SET ${column} = ${value}
         WHERE (t.tableoid, t.ctid) = (SELECT b.tableoid, b.ctid FROM ${qualify(table)} b LIMIT 1)`,
        values,
      );
      await client.query("SET CONSTRAINTS ALL IMMEDIATE");
      return null;
    } catch (error) {
      return readErrorText(error);
    } finally {
      await client.query("ROLLBACK TO SAVEPOINT word");
    }
  };
  if ((await write(`t.${column}`, [])) !== null) return [];
  const refused: [string, string][] = [];
  for (const word of words) {
    const message = await write(writeValue(parts, "text", place, "$1::pg_catalog.text"), [word]);
    if (message !== null) refused.push([word, message]);
  }
  return refused;
}

import type pg from "pg";
import { listUserColumns } from "~/mapping/bridge/relations";
import { selectFromOwners, selectSource } from "~/mapping/bridge/select-rows";
import { withoutOurTables } from "~/mapping/bridge/standalone";
import { type BridgeParts, readValue } from "~/mapping/bridge/values";
import { listAllPlaces } from "~/mapping/check-references.server";
import { FILE_FIELDS, isFileField } from "~/mapping/file-fields";
import type { Finding } from "~/mapping/findings";
import { listTables } from "~/mapping/mapping.server";
import { isColumnPlace } from "~/mapping/places";
import { readErrorText } from "~/platform/errors.server";

type Client = Pick<pg.ClientBase, "query">;

/**
 * Which parts of a mapping PostgreSQL cannot read, where reading all of it failed: a condition, an expression, a column of a view that
 * fails in some row. Each is read alone. Needs a transaction.
 */
export async function findUnreadable(client: Client, parts: BridgeParts): Promise<Finding[]> {
  const { mapping } = parts;
  const { owners } = mapping.tables;
  const findings: Finding[] = [];
  const read = async (path: PropertyKey[], sql: string) => {
    const message = await tryReading(client, sql);
    if (message !== null) findings.push({ path, message });
    return message === null;
  };
  const sources = [
    ...owners.map((source, index) => ({
      ...{ alias: source.as, source },
      path: ["tables", "owners", ...(owners.length > 1 ? [index] : [])],
    })),
    ...listTables(mapping).map(([alias, source]) => ({ alias, source, path: ["tables", alias] })),
  ];
  for (const { alias, source, path } of sources)
    await read(
      source.where === undefined ? path : [...path, "where"],
      `SELECT count(*) FROM ${selectSource(source, alias)}`,
    );
  // Each expression would fail as well, for the same reason.
  if (findings.length > 0) return findings;
  const id = listUserColumns(parts).slice(0, 1);
  for (const { path, place } of listAllPlaces(mapping)) {
    const name = String(path.at(-1));
    const { kind } = isFileField(name) ? FILE_FIELDS[name] : { kind: "text" as const };
    const kinds = owners.filter((_, index) =>
      path[1] === "owners" && owners.length > 1
        ? index === path[2]
        : !isColumnPlace(place) || owners.length === 1,
    );
    for (const one of kinds) {
      const isHere = !isColumnPlace(place) || place.alias !== "workspaces";
      if (!isHere) continue;
      const value = `(${readValue(parts, kind, place)})::pg_catalog.text`;
      const select = selectFromOwners(parts, {
        ...{ kind: one, columns: id, values: [value], places: [place], filter: undefined },
      });
      if (!(await read(path, `SELECT count(read.id) FROM (${withoutOurTables(select)}) AS read`))) break;
    }
  }
  return findings;
}

/** What PostgreSQL says of a query that fails; null for one that does not. */
async function tryReading(client: Client, sql: string): Promise<string | null> {
  await client.query("SAVEPOINT reading");
  try {
    await client.query(sql);
    return null;
  } catch (error) {
    return readErrorText(error);
  } finally {
    await client.query("ROLLBACK TO SAVEPOINT reading");
  }
}

import { ident, qualify } from "../bridge/sql-text";
import type { CatalogColumn } from "../catalog.server";
import type { WatchedTable } from "./watched-tables";

/** Set while Parity writes: what it writes is what it expects, and needs no other evaluation. */
export const WRITING = "parity.writing";
/** So long a statement of the application's waits for ours at most. */
const LOCK_TIMEOUT = "100ms";
/** A statement that changes more owners is left to the next run, which compares all of them. */
const MOST_OWNERS = 10_000;

/** The triggers' functions and the triggers themselves begin with it. */
export const PREFIX = "parity_changed";
export const nameFunction = (alias: string): string => `changed_${alias}`;

/** No column of an application has this name. */
const OWNER = "parity_owner";

const readOwner = ({ owner }: WatchedTable, from: string): string =>
  `${from}.${ident(owner)}::pg_catalog.text`;

/** JSON and some other types have no equality of their own. */
const compared = (from: string, { name, kind }: CatalogColumn): string =>
  kind === "json" || kind === "other" ? `${from}.${ident(name)}::pg_catalog.text` : `${from}.${ident(name)}`;

/**
 * The function that puts the owners of changed rows into the recheck queue. It runs with the rights of Parity's role, because the
 * application's has none in our schema. Whatever goes wrong in it is no error of the application's statement: the next run
 * compares all users anyway.
 */
export function createTriggerFunction(one: WatchedTable): string {
  const enqueue = (owners: string) => `INSERT INTO parity."RecheckQueue" ("userId")
    SELECT DISTINCT changed.id FROM (${owners}) AS changed(id) WHERE changed.id IS NOT NULL ORDER BY 1 LIMIT ${MOST_OWNERS}
    ON CONFLICT ("userId") DO UPDATE SET generation = excluded.generation;`;
  const all = (from: string) => `SELECT ${readOwner(one, "r")} FROM ${from} AS r`;
  // As sets, because a comparison of each row with each other one would take minutes for a large statement.
  const listed = (from: string) =>
    `SELECT ${[`${readOwner(one, "r")} AS ${OWNER}`, ...one.columns.map((column) => compared("r", column))].join(", ")} FROM ${from} AS r`;
  const only = (from: string, to: string) =>
    `SELECT different.${OWNER} FROM (${listed(from)} EXCEPT ${listed(to)}) AS different`;
  return `CREATE FUNCTION parity.${ident(nameFunction(one.alias))}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '${LOCK_TIMEOUT}' AS $parity$
BEGIN
  IF TG_OP = 'INSERT' THEN
    ${enqueue(all("new_rows"))}
  ELSIF TG_OP = 'DELETE' THEN
    ${enqueue(all("old_rows"))}
  ELSE
    ${enqueue(`${only("new_rows", "old_rows")} UNION ALL ${only("old_rows", "new_rows")}`)}
  END IF;
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END
$parity$;
REVOKE ALL ON FUNCTION parity.${ident(nameFunction(one.alias))}() FROM PUBLIC;`;
}

const EVENTS = {
  insert: "REFERENCING NEW TABLE AS new_rows",
  update: "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
  delete: "REFERENCING OLD TABLE AS old_rows",
};

/** One trigger for each kind of statement: PostgreSQL shows the changed rows only so. */
export const createTriggers = ({ alias, table }: WatchedTable): string =>
  Object.entries(EVENTS)
    .map(
      ([event, referencing]) =>
        `CREATE TRIGGER ${PREFIX}_${event} AFTER ${event.toUpperCase()} ON ${qualify(table)} ${referencing} FOR EACH STATEMENT
  WHEN (pg_catalog.current_setting('${WRITING}', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION parity.${ident(nameFunction(alias))}();`,
    )
    .join("\n");

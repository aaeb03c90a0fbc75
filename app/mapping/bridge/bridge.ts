import { WRITING } from "../triggers/trigger-sql";
import { createLockFunction } from "./lock-records";
import { BILLING_COLUMNS, listUserColumns, type RelationColumn, WORKSPACE_COLUMNS } from "./relations";
import type { Filter } from "./select-rows";
import { selectBilling, selectSubscriptionOwners, selectUsers, selectWorkspaces } from "./selects";
import { ident, indent, literal } from "./sql-text";
import { type BridgeParts, isAmong } from "./values";
import { ensureRows, updateWorkspaces } from "./write-other-rows";
import { updateOwners, writeTablesBeside } from "./write-owner-rows";
import { writeSubscriptions } from "./write-subscription-rows";
import { COLLECT_ENTRIES, ENTRIES, RECORDS } from "./written-records";

/** Removes what `generateBridge` made. */
export const DROP_BRIDGE = `DROP FUNCTION IF EXISTS parity.write_records(pg_catalog.jsonb);
DROP FUNCTION IF EXISTS parity.lock_records(pg_catalog.text[], pg_catalog.bool);
DROP FUNCTION IF EXISTS parity.users_by_subscription(pg_catalog.text[]);
DROP FUNCTION IF EXISTS parity.users_by_id(pg_catalog.text[]);
DROP FUNCTION IF EXISTS parity.billing_by_user(pg_catalog.text[]);
DROP FUNCTION IF EXISTS parity.workspaces_by_owner(pg_catalog.text[]);
DROP FUNCTION IF EXISTS parity.workspaces_by_id(pg_catalog.text[]);
DROP VIEW IF EXISTS parity."User";
DROP VIEW IF EXISTS parity."BillingSubscription";
DROP VIEW IF EXISTS parity."Workspace";
DROP FUNCTION IF EXISTS parity.read_users();
DROP FUNCTION IF EXISTS parity.read_billing();
DROP FUNCTION IF EXISTS parity.read_workspaces();
DROP FUNCTION IF EXISTS parity.put_json(pg_catalog.jsonb, pg_catalog.text[], pg_catalog.jsonb);`;

/**
 * The SQL of the views and functions through which Parity reads and writes the application's tables. The bodies of functions
 * are text, which PostgreSQL does not bind to the tables: the application can change a column without asking us.
 */
export function generateBridge(parts: BridgeParts): string {
  return [
    PUT_JSON,
    ...createRelation({
      view: "User",
      reader: "read_users",
      columns: listUserColumns(parts),
      select: selectUsers(parts),
    }),
    ...createRelation({
      ...{ view: "BillingSubscription", reader: "read_billing" },
      ...{ columns: BILLING_COLUMNS, select: selectBilling(parts) },
    }),
    ...createRelation({
      ...{ view: "Workspace", reader: "read_workspaces" },
      ...{ columns: WORKSPACE_COLUMNS, select: selectWorkspaces(parts) },
    }),
    "-- Some rows, by ids that are compared in the type of the application's own column, so that its indexes serve.",
    createLookup("users_by_id", "User", selectUsers(parts, byIds)),
    createLookup("billing_by_user", "BillingSubscription", selectBilling(parts, byIds)),
    createLookup("workspaces_by_owner", "Workspace", selectWorkspaces(parts, byIds)),
    createLookup("workspaces_by_id", "Workspace", selectWorkspaces(parts, byIds, "id")),
    `CREATE FUNCTION parity.users_by_subscription(ids pg_catalog.text[])
RETURNS TABLE("userId" pg_catalog.text, "stripeSubscriptionId" pg_catalog.text)
LANGUAGE sql STABLE AS $parity$
${selectSubscriptionOwners(parts, "$1")}
$parity$;`,
    createLockFunction(parts),
    createWriteFunction(parts),
  ].join("\n\n");
}

const byIds: Filter = (column, type) => isAmong(column, "$1", type);

type Relation = { view: string; reader: string; columns: readonly RelationColumn[]; select: string };

function createRelation({ view, reader, columns, select }: Relation): string[] {
  const listed = columns.map(({ name, type }) => `${ident(name)} ${type}`).join(", ");
  return [
    `CREATE FUNCTION parity.${reader}() RETURNS TABLE(${listed})
LANGUAGE sql STABLE AS $parity$
${select}
$parity$;`,
    `CREATE VIEW parity.${ident(view)} AS SELECT ${columns.map(({ name }) => ident(name)).join(", ")} FROM parity.${reader}();`,
  ];
}

const createLookup = (
  name: string,
  view: string,
  select: string,
): string => `CREATE FUNCTION parity.${name}(ids pg_catalog.text[]) RETURNS SETOF parity.${ident(view)}
LANGUAGE sql STABLE AS $parity$
${select}
$parity$;`;

/** Other values of the same object stay; a value that is no object is never replaced by one. */
const PUT_JSON = `-- Puts a value into an object of JSON, and makes the objects above it.
CREATE FUNCTION parity.put_json(document pg_catalog.jsonb, place pg_catalog.text[], value pg_catalog.jsonb) RETURNS pg_catalog.jsonb
LANGUAGE plpgsql IMMUTABLE AS $parity$
BEGIN
  IF pg_catalog.cardinality(place) = 0 THEN RETURN value; END IF;
  IF document IS NULL OR pg_catalog.jsonb_typeof(document) = 'null' THEN document := '{}'; END IF;
  IF pg_catalog.jsonb_typeof(document) <> 'object' THEN
    RAISE EXCEPTION 'the JSON above % is no object', place[1] USING ERRCODE = '22023';
  END IF;
  RETURN pg_catalog.jsonb_set(document, place[1:1], parity.put_json(document -> place[1], place[2:], value), true);
END
$parity$;`;

/** Of several kinds of owners two may have the same id: neither is written, since nothing says whose payment it is. */
const REFUSE_SHARED_IDS = `IF EXISTS (SELECT FROM parity.users_by_id(ARRAY(SELECT r."userId" FROM ${RECORDS})) AS u
    GROUP BY u.id HAVING pg_catalog.count(*) > 1) THEN
    RAISE EXCEPTION 'two owners have the same id';
  END IF;`;

function createWriteFunction(parts: BridgeParts): string {
  const statements = [
    ...ensureRows(parts),
    ...updateOwners(parts),
    ...writeTablesBeside(parts),
    ...writeSubscriptions(parts),
    ...updateWorkspaces(parts),
  ];
  const needsEntries = statements.some(({ sql }) => sql.includes(ENTRIES));
  const steps = statements.map(
    ({ table, sql }) => `  step := ${literal(table.replaceAll('"', ""))};
  ${indent(sql)};
  GET DIAGNOSTICS affected = ROW_COUNT;${table.startsWith("parity.") ? "" : "\n  written := written + affected;"}`,
  );
  return `-- Writes records into the application's tables, what differs and nothing else. Returns how many rows were written.
CREATE FUNCTION parity.write_records(records pg_catalog.jsonb) RETURNS pg_catalog.int4
LANGUAGE plpgsql AS $parity$
#variable_conflict use_column
DECLARE
  step pg_catalog.text;
  affected pg_catalog.int4;
  written pg_catalog.int4 := 0;
  reason pg_catalog.text;
  at_column pg_catalog.text;
  entries pg_catalog.jsonb;
BEGIN
  PERFORM pg_catalog.set_config('${WRITING}', 'on', true);
  ${parts.mapping.tables.owners.length > 1 ? REFUSE_SHARED_IDS : ""}
  ${needsEntries ? COLLECT_ENTRIES : ""}
${steps.join("\n")}
  PERFORM pg_catalog.set_config('${WRITING}', 'off', true);
  RETURN written;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS reason = MESSAGE_TEXT, at_column = COLUMN_NAME;
  RAISE EXCEPTION USING ERRCODE = SQLSTATE,
    MESSAGE = pg_catalog.concat(step || coalesce('.' || nullif(at_column, ''), '') || ': ', reason);
END
$parity$;`;
}

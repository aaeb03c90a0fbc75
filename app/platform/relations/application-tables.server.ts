import { z } from "zod";
import { type Query, quoteIdentifier } from "~/platform/migrations/pg-client.server";
import {
  INSERTED,
  listRelationColumns,
  type RelationColumn,
  type RelationName,
  TYPES,
} from "./columns.server";

const columnShape = z.object({
  name: z.string(),
  type: z.string(),
  notNull: z.boolean(),
  filled: z.boolean(),
  unique: z.boolean(),
  mayRead: z.boolean(),
  mayUpdate: z.boolean(),
  mayInsert: z.boolean(),
});
const tableRow = z.object({
  schema: z.string(),
  relation: z.string(),
  kind: z.string(),
  role: z.string(),
  mayUseSchema: z.boolean(),
  columns: z.array(columnShape),
});
type FoundColumn = z.infer<typeof columnShape>;

/** A table of the application's, as the catalogue describes it. */
export type ApplicationTable = z.infer<typeof tableRow>;

const TABLES = `
  SELECT n.nspname AS schema, c.relname AS relation, c.relkind::text AS kind, current_user::text AS role,
    has_schema_privilege(n.oid, 'USAGE') AS "mayUseSchema",
    json_agg(json_build_object(
      'name', a.attname, 'type', format_type(a.atttypid, NULL), 'notNull', a.attnotnull,
      'filled', a.atthasdef OR a.attidentity <> '',
      'unique', EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indimmediate AND i.indisvalid
        AND i.indpred IS NULL AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum),
      'mayRead', has_column_privilege(c.oid, a.attnum, 'SELECT'),
      'mayUpdate', has_column_privilege(c.oid, a.attnum, 'UPDATE'),
      'mayInsert', has_column_privilege(c.oid, a.attnum, 'INSERT')) ORDER BY a.attnum) AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relname IN ('User', 'BillingSubscription', 'Workspace') AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND n.nspname <> 'parity' GROUP BY 1, 2, 3, 4, n.oid`;

const KINDS: Record<string, string> = { v: "a view", m: "a materialized view", f: "a foreign table" };

/** All tables of the application that have the name of one of our relations, in whatever schema. */
export async function listApplicationTables(query: Query): Promise<ApplicationTable[]> {
  return (await query(TABLES)).map((row) => tableRow.parse(row));
}

/** `public."User"` */
export const nameTable = ({ schema, relation }: Pick<ApplicationTable, "schema" | "relation">): string =>
  `${quoteIdentifier(schema)}."${relation}"`;

/** Why a plain view over this table would not do as `relation`, one sentence for each reason. */
export function findTableProblems(relation: RelationName, table: ApplicationTable): string[] {
  const name = nameTable(table);
  const kind = KINDS[table.kind];
  if (kind !== undefined) return [`${name} is ${kind}, not a table.`];
  const columns = new Map(table.columns.map((column) => [column.name, column]));
  const expected = listRelationColumns(relation);
  const known = new Set(expected.map(([column]) => column));
  return [
    ...expected.flatMap(([column, wanted]) =>
      findColumnProblems(`${name}."${column}"`, wanted, columns.get(column)),
    ),
    ...table.columns
      .filter(
        (column) =>
          relation === INSERTED && column.notNull && !column.filled && !isGiven(column.name, expected),
      )
      .map((column) =>
        known.has(column.name)
          ? `${name}."${column.name}" has no default, and Parity inserts rows without it.`
          : `${name}."${column.name}" is required, and Parity does not know it.`,
      ),
    ...findMissingGrants(relation, table),
  ];
}

const isGiven = (name: string, expected: [string, RelationColumn][]): boolean =>
  expected.some(([column, { written }]) => column === name && written);

function findColumnProblems(name: string, wanted: RelationColumn, found: FoundColumn | undefined): string[] {
  const types: readonly string[] = TYPES[wanted.type];
  if (!found) return [`${name} is missing; it should be ${types[0]}.`];
  if (!types.includes(found.type)) return [`${name} is ${found.type}; it should be ${types.join(" or ")}.`];
  return [
    ...(found.notNull || wanted.nullable ? [] : [`${name} may be NULL; it should be NOT NULL.`]),
    ...(found.unique || !wanted.unique ? [] : [`${name} has no unique index.`]),
  ];
}

/** What the owner of the table has to run so that our role may read and write what it must. */
function findMissingGrants(relation: RelationName, table: ApplicationTable): string[] {
  const [name, role] = [nameTable(table), quoteIdentifier(table.role)];
  const expected = new Map(listRelationColumns(relation));
  const lacks = (may: (column: FoundColumn) => boolean, onlyWritten: boolean): boolean =>
    table.columns.some((column) => {
      const wanted = expected.get(column.name);
      return wanted !== undefined && (!onlyWritten || wanted.written === true) && !may(column);
    });
  const rights = [
    ...(lacks(({ mayRead }) => mayRead, false) ? ["SELECT"] : []),
    ...(relation === INSERTED && lacks(({ mayInsert }) => mayInsert, true) ? ["INSERT"] : []),
    ...(lacks(({ mayUpdate }) => mayUpdate, true) ? ["UPDATE"] : []),
  ];
  return [
    ...(table.mayUseSchema
      ? []
      : [
          `The role may not use the schema: GRANT USAGE ON SCHEMA ${quoteIdentifier(table.schema)} TO ${role};`,
        ]),
    ...(rights.length === 0
      ? []
      : [`The role lacks rights: GRANT ${rights.join(", ")} ON ${name} TO ${role};`]),
  ];
}

import type pg from "pg";
import { z } from "zod";
import { listTables, type Mapping } from "./mapping.server";
import { describeTable, type TableName } from "./places";

/** What a column can hold, as far as a mapping distinguishes. */
export type ColumnKind =
  | "text"
  | "uuid"
  | "integer"
  | "numeric"
  | "boolean"
  | "timestamptz"
  | "timestamp"
  | "date"
  | "json"
  | "jsonb"
  | "enum"
  | "other";

export type CatalogColumn = {
  name: string;
  kind: ColumnKind;
  /** The type as SQL, with its schema. */
  type: string;
  /** The type as a person knows it. */
  shown: string;
  /** The words of an enum. */
  labels: string[];
  notNull: boolean;
  /** Has a default, is generated, or is an identity: it need not be given when a row is inserted. */
  hasDefault: boolean;
  /** A generated column, or one of a view that is computed. */
  canUpdate: boolean;
  canSelect: boolean;
};

export type CatalogTable = {
  /** `query`: rows of a query of the mapping, which are only read. */
  relation: "table" | "view" | "query";
  columns: CatalogColumn[];
  /** Sets of columns of which the table has each value once, without a condition. */
  unique: string[][];
  /** The columns that an index begins with. */
  indexed: string[];
  primaryKey: string[];
  can: { select: boolean; insert: boolean; update: boolean; delete: boolean };
  /** Rows can be locked: a table, or a view over one. */
  canLock: boolean;
};

export type Catalog = {
  /** By the names of the mapping; what does not exist is missing. */
  tables: Record<string, CatalogTable>;
  /** All tables of the database, for suggestions. */
  names: string[];
};

/** The query of a mapping that PostgreSQL refuses. Its message is the name of the table in the mapping. */
export class QueryError extends Error {
  override name = "QueryError";
}

type Client = Pick<pg.ClientBase, "query">;

const columnRow = z.object({
  name: z.string(),
  base: z.string(),
  kind: z.string(),
  type: z.string(),
  shown: z.string(),
  labels: z.array(z.string()),
  notNull: z.boolean(),
  hasDefault: z.boolean(),
  canUpdate: z.boolean(),
  canSelect: z.boolean(),
});
const relationRow = z.object({
  relkind: z.string(),
  columns: z.array(columnRow),
  unique: z.array(z.array(z.string())),
  indexed: z.array(z.string()),
  primaryKey: z.array(z.string()),
  can: z.object({ select: z.boolean(), insert: z.boolean(), update: z.boolean(), delete: z.boolean() }),
  canLock: z.boolean(),
});

/** Reads from the database's catalog what the mapping names. Reads only, and no row of a table. */
export async function readCatalog(client: Client, mapping: Mapping): Promise<Catalog> {
  const sources = [...mapping.tables.owners.map((kind) => [kind.as, kind] as const), ...listTables(mapping)];
  const tables: Record<string, CatalogTable> = {};
  for (const [alias, { table, query, writes }] of sources) {
    const found =
      query === undefined
        ? table && (await readRelation(client, table))
        : await readQuery(client, query, writes && (await readRelation(client, writes))).catch(
            (error: unknown) => {
              throw new QueryError(alias, { cause: error });
            },
          );
    if (found) tables[alias] = found;
  }
  return { tables, names: await listNames(client) };
}

async function listNames(client: Client): Promise<string[]> {
  const { rows } = await client.query<unknown[]>(`
    SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^(pg_|information_schema$|parity$)'
    ORDER BY 1, 2 LIMIT 5000`);
  return rows.map((row) => describeTable(z.object({ schema: z.string(), name: z.string() }).parse(row)));
}

/** One table or view of the database; undefined when there is none of this name. */
export async function readRelation(
  client: Client,
  { schema, name }: TableName,
): Promise<CatalogTable | undefined> {
  const { rows } = await client.query<unknown[]>(RELATION, [schema, name]);
  const [row] = z.array(relationRow).max(1).parse(rows);
  if (!row) return undefined;
  const { relkind, columns, ...rest } = row;
  return {
    ...rest,
    relation: relkind === "v" || relkind === "m" ? "view" : "table",
    columns: columns.map(({ base, kind, ...column }) => ({ ...column, kind: toKind(kind, base) })),
  };
}

/** The columns of a query, by preparing it: nothing of it is run. */
async function readQuery(
  client: Client,
  query: string,
  base: CatalogTable | undefined,
): Promise<CatalogTable> {
  const { fields } = await client.query(`SELECT * FROM (${query}) AS asked LIMIT 0`);
  const types = await client.query<unknown[]>(TYPES, [fields.map(({ dataTypeID }) => dataTypeID)]);
  const typeRow = columnRow
    .pick({ base: true, kind: true, type: true, shown: true, labels: true })
    .extend({ oid: z.number() });
  const byId = new Map(
    z
      .array(typeRow)
      .parse(types.rows)
      .map(({ oid, ...one }) => [oid, one]),
  );
  const columns = fields.flatMap(({ name, dataTypeID }): CatalogColumn[] => {
    const type = byId.get(dataTypeID);
    if (!type) return [];
    const { kind, base: baseType, ...shown } = type;
    const behind = base?.columns.find((column) => column.name === name);
    return [
      {
        ...shown,
        name,
        kind: toKind(kind, baseType),
        notNull: false,
        hasDefault: true,
        canUpdate: behind?.canUpdate ?? false,
        canSelect: true,
      },
    ];
  });
  const none = { select: true, insert: false, update: false, delete: false };
  const found = { unique: [], indexed: [], primaryKey: [], can: none, canLock: false };
  return { ...(base ? { ...base, columns } : { ...found, columns }), relation: "query" };
}

const KINDS: Record<string, ColumnKind> = {
  text: "text",
  varchar: "text",
  bpchar: "text",
  citext: "text",
  name: "text",
  uuid: "uuid",
  int2: "integer",
  int4: "integer",
  int8: "integer",
  numeric: "numeric",
  float4: "numeric",
  float8: "numeric",
  bool: "boolean",
  timestamptz: "timestamptz",
  timestamp: "timestamp",
  date: "date",
  json: "json",
  jsonb: "jsonb",
};

const toKind = (kind: string, base: string): ColumnKind => (kind === "e" ? "enum" : (KINDS[base] ?? "other"));

const typeColumns = `
  base.typname AS base, base.typtype AS kind,
  pg_catalog.format('%I.%I', tn.nspname, type.typname) AS type,
  pg_catalog.format_type(type.oid, NULL) AS shown,
  ARRAY(SELECT e.enumlabel::pg_catalog.text FROM pg_catalog.pg_enum e WHERE e.enumtypid = base.oid ORDER BY e.enumsortorder) AS labels`;
/** A domain holds what its base type holds, which may be a domain as well. */
const typeTables = `
  JOIN pg_catalog.pg_namespace tn ON tn.oid = type.typnamespace
  JOIN pg_catalog.pg_type base ON base.oid = (WITH RECURSIVE behind(oid, base) AS (SELECT type.oid, type.typbasetype
    UNION ALL SELECT t.oid, t.typbasetype FROM behind JOIN pg_catalog.pg_type t ON t.oid = behind.base)
    SELECT oid FROM behind WHERE base = 0)`;

const TYPES = `SELECT type.oid::pg_catalog.int8::pg_catalog.int4 AS oid, ${typeColumns} FROM pg_catalog.pg_type type ${typeTables}
  WHERE type.oid = ANY ($1::pg_catalog.oid[])`;

const RELATION = `
SELECT c.relkind::pg_catalog.text AS relkind,
  ARRAY(SELECT pg_catalog.row_to_json(listed) FROM (
    SELECT a.attname::pg_catalog.text AS name, ${typeColumns}, a.attnotnull OR type.typnotnull AS "notNull",
      a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '' OR type.typdefault IS NOT NULL AS "hasDefault",
      a.attgenerated = '' AND pg_catalog.pg_column_is_updatable(c.oid, a.attnum, true)
        AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'UPDATE') AS "canUpdate",
      pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT') AS "canSelect"
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type type ON type.oid = a.atttypid ${typeTables}
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) listed) AS columns,
  pg_catalog.to_json(ARRAY(SELECT pg_catalog.to_json(${"(SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY k.at) FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY k(num, at) JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num WHERE k.at <= i.indnkeyatts)"})
    FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL)) AS unique,
  ARRAY(SELECT DISTINCT a.attname::pg_catalog.text FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = c.oid AND i.indisvalid) AS indexed,
  ARRAY(SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey::pg_catalog.int2[])
    WHERE i.indrelid = c.oid AND i.indisprimary) AS "primaryKey",
  pg_catalog.json_build_object(
    'select', pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT'),
    'insert', pg_catalog.pg_relation_is_updatable(c.oid, true) & 8 > 0 AND pg_catalog.has_any_column_privilege(c.oid, 'INSERT'),
    'update', pg_catalog.pg_relation_is_updatable(c.oid, true) & 4 > 0 AND pg_catalog.has_any_column_privilege(c.oid, 'UPDATE'),
    'delete', pg_catalog.pg_relation_is_updatable(c.oid, true) & 16 > 0 AND pg_catalog.has_table_privilege(c.oid, 'DELETE')) AS can,
  c.relkind IN ('r', 'p') OR (c.relkind = 'v' AND pg_catalog.pg_relation_is_updatable(c.oid, false) & 4 > 0) AS "canLock"
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;

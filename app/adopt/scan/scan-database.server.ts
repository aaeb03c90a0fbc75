import type pg from "pg";
import { z } from "zod";
import { type CatalogTable, readRelation } from "~/mapping/catalog.server";
import type { TableName } from "~/mapping/places";
import { type ClassifiedValues, classifyValues } from "./classify";
import { type SampledColumn, sampleTable } from "./sample-table.server";

type Client = Pick<pg.ClientBase, "query">;

export type ForeignKey = { column: string; table: TableName; target: string };

/** A value that looks like one of Stripe's: a column, or a place in JSON. */
export type FoundValue = ClassifiedValues & { column: string; path: string[] };

export type ScannedTable = CatalogTable &
  TableName & {
    /** Foreign keys of one column. */
    references: ForeignKey[];
    /** As PostgreSQL estimates it, or counted when the table is small. */
    rowCount: number;
    samples: Record<string, SampledColumn>;
    found: FoundValue[];
    /** Why the values of the table could not be looked at. */
    trouble?: string;
  };

export type Scan = { tables: ScannedTable[]; columnCount: number };

/** More tables than an application that can be adopted has. */
const MOST_TABLES = 1_000;

/** Looks at every table of the database, its columns, keys, and some of its values. Reads only. */
export async function scanDatabase(
  client: Client,
  progress: (text: string) => void = () => {},
): Promise<Scan> {
  const names = await listTables(client);
  const references = await listForeignKeys(client);
  const tables: ScannedTable[] = [];
  for (const [index, { schema, name, pages, rows }] of names.entries()) {
    progress(`Looking at table ${index + 1} of ${names.length}`);
    const catalog = await readRelation(client, { schema, name });
    if (!catalog) continue;
    const sampled = catalog.can.select
      ? await sampleTable(client, { schema, name }, catalog, pages)
      : { columns: {}, rowCount: 0, trouble: "the role may not read it" };
    tables.push({
      ...catalog,
      ...{ schema, name, samples: sampled.columns, found: findValues(catalog, sampled.columns) },
      references: references
        .filter((key) => key.schema === schema && key.name === name)
        .map(({ column, toSchema, toName, target }) => ({
          ...{ column, target, table: { schema: toSchema, name: toName } },
        })),
      rowCount: Math.max(rows, sampled.rowCount),
      ...(sampled.trouble === undefined ? {} : { trouble: sampled.trouble }),
    });
  }
  return { tables, columnCount: tables.reduce((sum, { columns }) => sum + columns.length, 0) };
}

function findValues(table: CatalogTable, samples: Record<string, SampledColumn>): FoundValue[] {
  return table.columns.flatMap(({ name, labels }): FoundValue[] => {
    const sample = samples[name];
    if (!sample) return [];
    const places = sample.paths
      ? sample.paths.map(({ path, values }) => ({ path, classified: classifyValues(values) }))
      : [{ path: [], classified: classifyValues(sample.values, labels) }];
    return places.flatMap(({ path, classified }) =>
      classified ? [{ ...classified, column: name, path }] : [],
    );
  });
}

const nameRow = z.object({ schema: z.string(), name: z.string(), rows: z.number(), pages: z.number() });

async function listTables(client: Client): Promise<z.output<typeof nameRow>[]> {
  const { rows } = await client.query<unknown[]>(
    `SELECT n.nspname AS schema, c.relname AS name, greatest(c.reltuples, 0)::pg_catalog.float8 AS rows,
       CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_relation_size(c.oid) / 8192 ELSE 0 END::pg_catalog.float8 AS pages
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND n.nspname !~ '^(pg_|information_schema$|parity$|graphile_worker$)' AND c.relname !~ '^_?prisma_migrations$'
       AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
     ORDER BY 1, 2 LIMIT ${MOST_TABLES}`,
  );
  return z.array(nameRow).parse(rows);
}

const keyRow = z.object({
  ...{ schema: z.string(), name: z.string(), column: z.string() },
  ...{ toSchema: z.string(), toName: z.string(), target: z.string() },
});

async function listForeignKeys(client: Client): Promise<z.output<typeof keyRow>[]> {
  const { rows } = await client.query<unknown[]>(
    `SELECT n.nspname AS schema, c.relname AS name, a.attname AS column,
       fn.nspname AS "toSchema", f.relname AS "toName", fa.attname AS target
     FROM pg_catalog.pg_constraint k
     JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_catalog.pg_class f ON f.oid = k.confrelid JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
     JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
     JOIN pg_catalog.pg_attribute fa ON fa.attrelid = f.oid AND fa.attnum = k.confkey[1]
     WHERE k.contype = 'f' AND pg_catalog.cardinality(k.conkey) = 1
     ORDER BY 1, 2, 3`,
  );
  return z.array(keyRow).parse(rows);
}

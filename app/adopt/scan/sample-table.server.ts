import type pg from "pg";
import { z } from "zod";
import { ident, qualify } from "~/mapping/bridge/sql-text";
import type { CatalogColumn, CatalogTable } from "~/mapping/catalog.server";
import type { TableName } from "~/mapping/places";
import { readErrorText } from "~/platform/errors.server";
import type { SeenValues } from "./classify";

type Client = Pick<pg.ClientBase, "query">;

export type SampledColumn = {
  /** The most frequent values first. */
  values: SeenValues;
  /** Rows with a value, and rows looked at. */
  filled: number;
  looked: number;
  /** All values are in `values`. */
  isComplete: boolean;
  /** For JSON: the values of each place in it. */
  paths?: { path: string[]; values: SeenValues }[];
};

export type SampledTable = { columns: Record<string, SampledColumn>; rowCount: number; trouble?: string };

const ROWS = 2_000;
const VALUES = 200;
const VALUE_LENGTH = 300;
const JSON_ROWS = 50;
const JSON_LENGTH = 20_000;
/** Tables of more pages are read at pages chosen at random. */
const WHOLE_PAGES = 400;
const TIMEOUT_MS = 5_000;

const sampleRow = z.object({
  looked: z.number(),
  columns: z.array(
    z.object({
      filled: z.number(),
      distinct: z.number(),
      values: z.array(z.tuple([z.string(), z.number()])).nullable(),
    }),
  ),
});

/** Some values of each column that may hold ids or words. A table that takes too long is left out, with the reason. */
export async function sampleTable(
  client: Client,
  table: TableName,
  catalog: CatalogTable,
  pages: number,
): Promise<SampledTable> {
  const columns = catalog.columns.filter((column) => canSample(column));
  if (columns.length === 0) return { columns: {}, rowCount: 0 };
  await client.query("SAVEPOINT sampling");
  try {
    await client.query(`SET LOCAL statement_timeout = ${TIMEOUT_MS}`);
    const { rows } = await client.query<unknown[]>(createQuery(table, columns, pages));
    const [row] = z.array(sampleRow).parse(rows);
    await client.query("RELEASE SAVEPOINT sampling");
    const sampled = columns.map(({ name, kind }, index): [string, SampledColumn] => [
      name,
      toSample(row?.columns[index], row?.looked ?? 0, kind),
    ]);
    return { columns: Object.fromEntries(sampled), rowCount: row?.looked ?? 0 };
  } catch (error) {
    await client.query("ROLLBACK TO SAVEPOINT sampling");
    return { columns: {}, rowCount: 0, trouble: readErrorText(error) };
  }
}

const isJson = ({ kind }: Pick<CatalogColumn, "kind">) => kind === "json" || kind === "jsonb";

const canSample = ({ kind, canSelect }: CatalogColumn): boolean =>
  canSelect && ["text", "enum", "json", "jsonb", "boolean"].includes(kind);

function createQuery(table: TableName, columns: readonly CatalogColumn[], pages: number): string {
  const chosen =
    pages > WHOLE_PAGES ? `TABLESAMPLE SYSTEM (${((100 * WHOLE_PAGES) / pages).toFixed(6)})` : "";
  const listed = columns.map(
    (column, index) =>
      `left(t.${ident(column.name)}::text, ${isJson(column) ? JSON_LENGTH : VALUE_LENGTH}) AS c${index}`,
  );
  const sampled = columns.map(
    (column, index) => `json_build_object(
    'filled', (SELECT count(c${index}) FROM looked), 'distinct', (SELECT count(DISTINCT c${index}) FROM looked),
    'values', (SELECT json_agg(json_build_array(v, n)) FROM (
      SELECT c${index} AS v, count(*) AS n FROM looked WHERE c${index} IS NOT NULL
      GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${isJson(column) ? JSON_ROWS : VALUES}) x))`,
  );
  return `WITH looked AS MATERIALIZED (SELECT ${listed.join(", ")} FROM ${qualify(table)} AS t ${chosen} LIMIT ${ROWS})
SELECT (SELECT count(*)::int FROM looked) AS looked, json_build_array(${sampled.join(", ")}) AS columns`;
}

function toSample(
  row: z.output<typeof sampleRow>["columns"][number] | undefined,
  looked: number,
  kind: CatalogColumn["kind"],
): SampledColumn {
  const values = row?.values ?? [];
  const sample = {
    looked,
    filled: row?.filled ?? 0,
    values,
    isComplete: values.length === (row?.distinct ?? 0),
  };
  return isJson({ kind }) ? { ...sample, values: [], paths: listPaths(values) } : sample;
}

const MOST_DEPTH = 4;

/** The texts in objects of JSON, each place with its values. */
function listPaths(documents: SeenValues): { path: string[]; values: SeenValues }[] {
  const places = new Map<string, { path: string[]; counts: Map<string, number> }>();
  const visit = (value: unknown, path: string[], count: number) => {
    if (typeof value === "string" || typeof value === "boolean" || typeof value === "number") {
      const key = JSON.stringify(path);
      const place = places.get(key) ?? { path, counts: new Map<string, number>() };
      places.set(key, place);
      place.counts.set(String(value), (place.counts.get(String(value)) ?? 0) + count);
    } else if (
      value !== null &&
      typeof value === "object" &&
      !Array.isArray(value) &&
      path.length < MOST_DEPTH
    )
      for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key], count);
  };
  for (const [text, count] of documents) visit(parseJson(text), [], count);
  return [...places.values()]
    .filter(({ path }) => path.length > 0)
    .map(({ path, counts }) => ({ path, values: [...counts].sort((a, b) => b[1] - a[1]) }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Longer than what was read of it.
    return null;
  }
}

import pg from "pg";
import { z } from "zod";
import { selectBilling, selectUsers, selectWorkspaces } from "~/mapping/bridge/selects";
import { withoutOurTables } from "~/mapping/bridge/standalone";
import type { BridgeParts } from "~/mapping/bridge/values";
import { type Catalog, readCatalog } from "~/mapping/catalog.server";
import { checkMapping } from "~/mapping/check-mapping";
import { createDefaultDocument } from "~/mapping/default-mapping.server";
import type { Problem } from "~/mapping/findings";
import { findFacts } from "~/mapping/install.server";
import { type Mapping, type MappingDocument, mappingSchema } from "~/mapping/mapping.server";
import { parseMapping } from "~/mapping/parse-mapping.server";
import { isColumnPlace } from "~/mapping/places";
import { maskText } from "~/platform/mask.server";
import type { StagedTable } from "../staging.server";
import { AuditError, type Batch, type Source } from "./source";

const BATCH = 5_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** `mapping`: the text of the mapping file; null for an application whose tables need none. */
export type DatabaseOptions = { url: string; mapping: string | null };

/**
 * An application's database, read in one transaction that may not write and that sees one moment. Nothing is installed.
 * @throws AuditError when it cannot be read, or the mapping does not fit it: every problem at once.
 */
export async function openDatabaseSource({ url, mapping: text }: DatabaseOptions): Promise<Source> {
  const parsed = text === null ? parseDefault() : parseMapping(text);
  if ("problems" in parsed) throw new AuditError(describeProblems(parsed.problems));
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on("error", () => {}); // A lost connection fails the next query.
  const close = () => client.end().catch(() => {});
  try {
    await client.connect();
    await beginReading(client);
    const { mapping, document, locate } = parsed;
    const catalog = await readCatalog(client, mapping);
    const found = checkMapping(forReading(mapping), asWritable(catalog)).filter(
      ({ isWarning }) => !isWarning,
    );
    if (found.length > 0)
      throw new AuditError(
        `${describeProblems(found.map(locate))}${text === null ? "\nGive the mapping of your own tables with --mapping FILE; parity adopt proposes one." : ""}`,
      );
    const parts: BridgeParts = { mapping, catalog };
    return {
      name: describeDatabase(url),
      files: null,
      describe: { document, facts: findFacts(parts) },
      learns: Object.keys(mapping.plans).length === 0 ? "plans" : "nothing",
      read: () => readTables(client, parts),
      notes: () => describeGaps(mapping),
      close,
    };
  } catch (error) {
    await close();
    if (error instanceof AuditError) throw error;
    throw new AuditError(`The database cannot be read: ${maskText(describeError(error))}`);
  }
}

/** Of several addresses that were tried the error of the first is enough. */
function describeError(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}

/** One moment, in UTC, and refused by PostgreSQL itself if anything tried to write. */
async function beginReading(client: pg.Client): Promise<void> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await client.query("SET LOCAL TimeZone = 'UTC'; SET LOCAL statement_timeout = 0");
  const { rows } = await client.query<unknown[]>("SELECT current_setting('transaction_read_only') AS state");
  if (z.array(z.object({ state: z.string() })).parse(rows)[0]?.state !== "on")
    throw new AuditError("The database did not open a transaction that may only read. Nothing was read.");
}

function parseDefault() {
  const document: MappingDocument = createDefaultDocument();
  const locate = ({ path, message }: { path: readonly PropertyKey[]; message: string }): Problem => ({
    line: null,
    path: path.map(String).join("."),
    message,
  });
  return { document, mapping: mappingSchema.parse(document), locate };
}

const describeProblems = (problems: readonly Problem[]): string =>
  [
    "The mapping does not fit the database:",
    ...problems.map(
      ({ line, path, message }) => `  ${line === null ? "" : `line ${line}, `}${path}: ${message}`,
    ),
  ].join("\n");

/** What matters only to a program that writes is not asked of a database that is only read. */
function forReading(mapping: Mapping): Mapping {
  const { owners, ...others } = mapping.tables;
  const tables = Object.entries(others).map(([alias, { ensure: _, touch: __, ...table }]) => [
    alias,
    { ...table, insert: false as const, end: "keep" as const },
  ]);
  return {
    ...mapping,
    tables: {
      ...Object.fromEntries(tables),
      owners: owners.map(({ touch: _, ...owner }) => ({ ...owner, end: "keep" as const })),
    },
  };
}

function asWritable({ tables, names }: Catalog): Catalog {
  const writable = Object.entries(tables).map(([alias, table]) => [
    alias,
    {
      ...table,
      relation: "table" as const,
      can: { ...table.can, insert: true, update: true, delete: true },
      columns: table.columns.map((column) => ({ ...column, canUpdate: true })),
    },
  ]);
  return { tables: Object.fromEntries(writable), names };
}

/** Host and name of the database, without who asks and with which password. */
function describeDatabase(url: string): string {
  try {
    const { hostname, pathname } = new URL(url);
    return `the database ${decodeURIComponent(pathname.slice(1))} on ${hostname}`;
  } catch {
    return "the database";
  }
}

const textRow = z.object({ row: z.string() });

async function* readTables(client: pg.Client, parts: BridgeParts): AsyncIterable<Batch> {
  const selects: [StagedTable, string][] = [
    ["owners", selectUsers(parts)],
    ["subscriptions", selectBilling(parts)],
    ["workspaces", selectWorkspaces(parts)],
  ];
  for (const [table, select] of selects) {
    await client.query(
      `DECLARE audited NO SCROLL CURSOR FOR SELECT pg_catalog.to_jsonb(read)::pg_catalog.text AS row FROM (${withoutOurTables(select)}) AS read`,
    );
    for (;;) {
      const { rows } = await client.query<unknown[]>(`FETCH ${BATCH} FROM audited`);
      if (rows.length === 0) break;
      yield { table, rows: rows.map((row) => textRow.parse(row).row) };
    }
    await client.query("CLOSE audited");
  }
}

const COMPARED = [
  ["customer", "the Stripe customer"],
  ["subscription", "the Stripe subscription"],
  ["plan", "the plan"],
  ["status", "the status"],
  ["periodEnd", "the end of the period"],
  ["cancelAtPeriodEnd", "whether it is cancelled at the end"],
] as const;

/** Which of the important fields the application does not record. */
function describeGaps(mapping: Mapping): string[] {
  const missing = COMPARED.filter(([name]) =>
    mapping.tables.owners.every((kind) => !isColumnPlace({ ...mapping.fields, ...kind.fields }[name])),
  );
  if (missing.length === 0) return [];
  return [`Not mapped to a column, and so not compared: ${missing.map(([, words]) => words).join(", ")}.`];
}

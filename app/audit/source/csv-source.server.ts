import { pluralize } from "~/billing/words/counts";
import type { InstalledFacts } from "~/mapping/install.server";
import type { MappingDocument } from "~/mapping/mapping.server";
import { STAGED_TABLES, type StagedTable } from "../staging.server";
import { type CsvField, type FileColumns, isCsvField, recognizeColumns } from "./csv-columns";
import { type CsvFile, openCsvFile, readCsvRows } from "./csv-file.server";
import { createRowReader, type ReadRow, type RowNotes, readValue } from "./csv-rows";
import { isDay, readText, UNREADABLE } from "./csv-values";
import { AuditError, type Batch, type Source } from "./source";
import { OWNER_KEYS, toOwnerKey, toOwnerRows, toSubscriptionRow } from "./staged-rows";

export type CsvOptions = {
  users: string;
  subscriptions: string | null;
  /** `field=column`, as typed. */
  columns: readonly string[];
  encoding: string | null;
};

const SAMPLE = 1_000;
const BATCH = 5_000;
const BILLING: readonly CsvField[] = [
  ...(["subscription", "price", "product", "plan", "status", "periodEnd", "cancelAtPeriodEnd"] as const),
];
const USERS: readonly CsvField[] = [
  ...(["id", "email", "emailVerified", "name", "customer", "access", "createdAt"] as const),
  ...BILLING,
];
const SUBSCRIPTIONS: readonly CsvField[] = ["owner", "customer", "email", ...BILLING];

type Opened = CsvFile & {
  columns: FileColumns;
  days: readonly CsvField[];
  /** Columns of which no value in the sample is understood, with one of them. */
  unreadable: ReadonlyMap<CsvField, string>;
};

/**
 * Files of users, and perhaps of subscriptions, as any database exports them.
 * @throws AuditError when they cannot be read, or nothing in them says who is who, or who has access.
 */
export async function openCsvSource({
  users,
  subscriptions,
  columns,
  encoding,
}: CsvOptions): Promise<Source> {
  const named = parseNamed(columns);
  const file = await openFile(users, encoding, USERS, (header) =>
    pickNamed(named, header, subscriptions !== null),
  );
  const beside =
    subscriptions === null
      ? null
      : await openFile(subscriptions, encoding, SUBSCRIPTIONS, (header) => pickNamed(named, header, true));
  requireColumns(file, beside);
  requireReadable(file, beside);
  const notes: RowNotes = { skipped: new Map(), unreadable: new Map(), notJudged: new Map() };
  return {
    name: beside === null ? file.name : `${file.name} and ${beside.name}`,
    files: { owners: file.name, subscriptions: beside?.name ?? null },
    describe: { document: describeDocument(file, beside), facts: describeFacts(file, beside) },
    learns: "words",
    read: () => readFiles(file, beside, notes),
    notes: () => [
      ...describeColumns(file),
      ...(beside ? describeColumns(beside) : []),
      ...describeDeciding(file, beside),
      ...describeNotes(notes),
    ],
    close: async () => {},
  };
}

function parseNamed(columns: readonly string[]): Map<CsvField, string> {
  const named = new Map<CsvField, string>();
  for (const text of columns) {
    const [, field = "", column] = /^(\w+)=(.+)$/s.exec(text) ?? [];
    if (column === undefined || !isCsvField(field))
      throw new AuditError(
        `--column ${text}: write field=column, where the field is one of ${[...new Set([...USERS, ...SUBSCRIPTIONS])].join(", ")}.`,
      );
    named.set(field, column);
  }
  return named;
}

/** Of two files each has some of the named columns. */
function pickNamed(named: Map<CsvField, string>, header: readonly string[], isOneOfTwo: boolean) {
  if (!isOneOfTwo) return named;
  const names = new Set(header.map((one) => one.toLowerCase()));
  return new Map([...named].filter(([, column]) => names.has(column.toLowerCase())));
}

async function openFile(
  path: string,
  encoding: string | null,
  wanted: readonly CsvField[],
  pick: (header: readonly string[]) => Map<CsvField, string>,
): Promise<Opened> {
  const file = await openCsvFile(path, encoding);
  const rows: string[][] = [];
  for await (const { values } of readCsvRows(file)) {
    rows.push(values);
    if (rows.length >= SAMPLE) break;
  }
  const columns = recognizeColumns({ file: file.name, header: file.header, rows }, wanted, pick(file.header));
  const unreadable = new Map(
    [...columns.fields].flatMap(([field, at]): [CsvField, string][] => {
      const filled = rows.map((row) => row[at]).filter((value) => readText(value) !== null);
      const isRead = filled.length === 0 || filled.some((value) => readValue(field, value) !== UNREADABLE);
      return isRead ? [] : [[field, filled[0] ?? ""]];
    }),
  );
  const days = (["periodEnd"] as const).filter((field) => {
    const at = columns.fields.get(field);
    const filled = at === undefined ? [] : rows.map((row) => row[at]).filter((value) => value?.trim());
    return filled.length > 0 && filled.every(isDay);
  });
  return { ...file, columns, days, unreadable };
}

const has = (file: Opened | null, field: CsvField): boolean => file?.columns.fields.has(field) ?? false;

function requireColumns(users: Opened, beside: Opened | null): void {
  const seen = `Its columns: ${users.header.join(", ")}.`;
  if (!has(users, "id"))
    throw new AuditError(`No column of ${users.name} is the id of the user. Name it: --column id=… ${seen}`);
  const isLinked = [users, beside].some((file) => has(file, "customer") || has(file, "subscription"));
  if (!isLinked && !has(users, "email"))
    throw new AuditError(
      `No column of ${users.name} holds a Stripe customer (cus_…), a subscription (sub_…) or an email address, so no user can be found in Stripe. Name one: --column customer=… ${seen}`,
    );
  if (beside && !has(beside, "owner") && !has(beside, "customer") && !has(beside, "email"))
    throw new AuditError(
      `No column of ${beside.name} says whose subscription it is. Name it: --column owner=… Its columns: ${beside.header.join(", ")}.`,
    );
  if (findAccess(users, beside) === null) {
    const others = beside ? ` Those of ${beside.name}: ${beside.header.join(", ")}.` : "";
    throw new AuditError(
      `No column says who has access: a status, a plan of the user, yes or no, or a date until when. Name it: --column status=… (or plan, access, periodEnd). ${seen}${others}`,
    );
  }
}

const DECIDING = { boolean: "access", status: "status", plan: "plan", date: "periodEnd" } as const;

/** The field that says who has access. */
function findDeciding(users: Opened, beside: Opened | null): CsvField | null {
  const by = findAccess(users, beside);
  return by && DECIDING[by];
}

/** Who has access must not be guessed: without it everyone who pays would seem to be locked out. */
function requireReadable(users: Opened, beside: Opened | null): void {
  const field = findDeciding(users, beside);
  for (const file of [users, beside]) {
    const example = field && file?.unreadable.get(field);
    if (!file || !field || example == null) continue;
    const column = file.header[file.columns.fields.get(field) ?? -1];
    const wanted =
      field === "access"
        ? "true or false, yes or no, 1 or 0"
        : "2026-12-31, 2026-12-31 23:59:59, or seconds since 1970";
    throw new AuditError(
      `Column ${column} of ${file.name} says who has access, and is not understood (“${example}”). Write it as ${wanted}, or name another column: --column ${field}=…`,
    );
  }
}

/**
 * By what the application lets people in: the surest that the files have. The plan in a file of subscriptions is none of these: it stays
 * where the subscription has ended, and every customer who ever paid would seem to have access.
 */
function findAccess(users: Opened, beside: Opened | null): "boolean" | "status" | "plan" | "date" | null {
  if (has(users, "access")) return "boolean";
  const either = (field: CsvField) => has(users, field) || has(beside, field);
  if (either("status")) return "status";
  if (has(users, "plan")) return "plan";
  return either("periodEnd") ? "date" : null;
}

function describeDocument(users: Opened, beside: Opened | null): MappingDocument {
  const names = [
    "customer",
    "subscription",
    "price",
    "product",
    "plan",
    "status",
    "periodEnd",
    "cancelAtPeriodEnd",
  ] as const;
  // A column of which nothing is understood would be compared as if nothing were recorded.
  const fields = names.filter((name) =>
    [users, beside].some((file) => has(file, name) && !file?.unreadable.has(name)),
  );
  const by = findAccess(users, beside) ?? "status";
  return {
    version: 1,
    tables: { owners: { table: "users", key: "id" } },
    fields: Object.fromEntries(fields.map((name) => [name, `owners.${name}`])),
    access: by === "boolean" ? { by, column: "owners.access" } : { by },
  };
}

const describeFacts = (users: Opened, beside: Opened | null): InstalledFacts => ({
  days: [...new Set([...users.days, ...(beside?.days ?? [])])],
  sets: {},
});

async function* readFiles(users: Opened, beside: Opened | null, notes: RowNotes): AsyncIterable<Batch> {
  const deciding = findDeciding(users, beside);
  let batches = emptyBatches();
  let size = 0;
  const add = (table: StagedTable, row: object | null) => {
    if (row === null) return;
    batches[table].push(JSON.stringify(row));
    size += 1;
  };
  const addTrouble = ({ line, values, trouble }: ReadRow, keys: readonly CsvField[]) =>
    add("troubles", { ...toOwnerKey(values, keys), line, why: trouble });
  const flush = function* (): Generator<Batch> {
    for (const table of STAGED_TABLES) if (batches[table].length > 0) yield { table, rows: batches[table] };
    batches = emptyBatches();
    size = 0;
  };
  if (beside) {
    const read = createRowReader(beside.name, beside.columns, { notes, deciding, keys: OWNER_KEYS });
    for await (const one of readCsvRows(beside)) {
      const row = read(one);
      if (row?.trouble != null) addTrouble(row, OWNER_KEYS);
      else if (row) add("found", toSubscriptionRow(row, deciding));
      if (size >= BATCH) yield* flush();
    }
  }
  const read = createRowReader(users.name, users.columns, { notes, deciding, keys: ["id"] });
  for await (const one of readCsvRows(users)) {
    const row = read(one);
    if (!row) continue;
    if (row.trouble !== null) addTrouble(row, ["id"]);
    const rows = toOwnerRows(row, deciding, (field) => has(users, field));
    add("owners", rows.owner);
    add("subscriptions", rows.subscription);
    add("workspaces", rows.workspace);
    if (size >= BATCH) yield* flush();
  }
  yield* flush();
}

const emptyBatches = (): Record<StagedTable, string[]> => ({
  ...{ owners: [], subscriptions: [], workspaces: [] },
  ...{ found: [], troubles: [] },
});

const MOST_NAMED = 30;

function describeColumns({ name, columns: { fields, header, unused } }: Opened): string[] {
  const read = [...fields].map(([field, at]) => `${header[at]} is read as ${field}`).join(", ");
  const named = unused.filter((one) => one !== "");
  const rest = named.length > MOST_NAMED ? ` and ${named.length - MOST_NAMED} more` : "";
  const left = named.length > 0 ? ` Not used: ${named.slice(0, MOST_NAMED).join(", ")}${rest}.` : "";
  return [`${name}: ${read}.${left}`];
}

function describeDeciding(users: Opened, beside: Opened | null): string[] {
  const field = findDeciding(users, beside);
  const file = [users, beside].find((one) => field && has(one, field));
  const column = field && file?.header[file.columns.fields.get(field) ?? -1];
  return column ? [`Who has access is judged by column ${column} of ${file?.name}, read as ${field}.`] : [];
}

function describeNotes({ skipped, notJudged, unreadable }: RowNotes): string[] {
  return [
    ...[...notJudged].map(
      ([what, { count, first }]) =>
        `${pluralize(count, "row is not understood, and its owner not judged", "rows are not understood, and their owners not judged")}: ${what} (first: line ${first}).`,
    ),
    ...[...skipped].map(
      ([what, { count, first }]) =>
        `${pluralize(count, "row")} left out: ${what}${first === null ? "" : ` (first: line ${first})`}.`,
    ),
    ...[...unreadable].map(
      ([what, { count, first }]) =>
        `${pluralize(count, "value")} not understood: ${what}${first === null ? "" : ` (first: line ${first})`}.`,
    ),
  ];
}

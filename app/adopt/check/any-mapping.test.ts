import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { PATIENT, withRuns } from "~/billing/testing/arbitraries";
import { readCatalog } from "~/mapping/catalog.server";
import { FILE_FIELDS, type FileFieldName } from "~/mapping/file-fields";
import { parseMapping } from "~/mapping/parse-mapping.server";
import { type Application, openApplications, type Row } from "~/mapping/testing/application";
import { checkRoundTrip } from "./round-trip.server";

let applications: Awaited<ReturnType<typeof openApplications>>;
beforeAll(async () => {
  applications = await openApplications();
});
afterAll(() => applications.close());

const KEYS = ["text", "uuid", "int", "bigint"] as const;
const toId = (key: (typeof KEYS)[number], n: number) =>
  key === "text" ? `id ${n}` : key === "uuid" ? `00000000-0000-4000-8000-00000000000${n}` : String(n);

/** How a value of each kind may be kept: the type of its column, or a place in the column of JSON. */
const TYPES = {
  text: ["text", "varchar(80)", "json"],
  number: ["int", "bigint", "numeric", "json"],
  boolean: ["boolean", "int", "text", "json"],
  time: ["timestamptz", "timestamp", "timestamp(3)", "date", "bigint", "json"],
} as const;

const NAMES = [
  ...(["customer", "subscription", "status", "plan", "periodEnd", "cancelAtPeriodEnd"] as const),
  ...(["price", "quantity", "currency", "periodStart", "canceledAt"] as const),
] satisfies FileFieldName[];
type Name = (typeof NAMES)[number];

/** Noon of a day, so that no clock is put forward or back at that time. */
const noon = fc.integer({ min: 15_000, max: 25_000 }).map((day) => day * 86_400 + 43_200);
const word = fc.constantFrom("active", "pro", "it's", 'ä "ö"', "a\\b", "x->y", "");
const VALUES: Record<"text" | "number" | "boolean" | "time", fc.Arbitrary<unknown>> = {
  text: fc.option(word),
  number: fc.option(fc.integer({ min: -5, max: 2_000_000_000 })),
  boolean: fc.boolean(),
  time: fc.option(noon),
};

const layouts = fc.record({
  key: fc.constantFrom(...KEYS),
  timeZone: fc.constantFrom("UTC", "Europe/Berlin", "America/New_York"),
  session: fc.constantFrom("UTC", "Asia/Tokyo"),
  /** Where the subscription stands: in columns of the owners, or in rows of its own. */
  rows: fc.constantFrom("columns", "one", "many"),
  types: fc.record(
    Object.fromEntries(
      NAMES.map((name) => [name, fc.constantFrom(...TYPES[FILE_FIELDS[name].kind], "left out")]),
    ),
  ),
  before: fc.record(Object.fromEntries(NAMES.map((name) => [name, VALUES[FILE_FIELDS[name].kind]]))),
  after: fc.record(Object.fromEntries(NAMES.map((name) => [name, VALUES[FILE_FIELDS[name].kind]]))),
});
type Layout = typeof layouts extends fc.Arbitrary<infer Value> ? Value : never;

/** Ids stand in columns of their own. */
function findType({ types, rows }: Layout, name: Name): string {
  const type = types[name] ?? "left out";
  if (name === "customer" || name === "subscription") return "text";
  return type === "left out" && rows === "many" && name === "status" ? "text" : type;
}
const isOfSubscription = (name: Name) => name !== "customer" && name !== "plan";
const listMapped = (layout: Layout) => NAMES.filter((name) => findType(layout, name) !== "left out");

function describeApplication(layout: Layout): { tables: string; file: string } {
  const { key, rows, timeZone } = layout;
  const alias = (name: Name) => (rows !== "columns" && isOfSubscription(name) ? "subscriptions" : "owners");
  const columns = (of: string) =>
    listMapped(layout)
      .filter((name) => alias(name) === of && findType(layout, name) !== "json")
      .map((name) => `, "${name}" ${findType(layout, name)}`)
      .join("");
  const ids = [1, 2, 3].map((n) => `('${toId(key, n)}')`).join(", ");
  const tables = `CREATE TABLE owners (id ${key} PRIMARY KEY, more jsonb DEFAULT '{"kept": [1, 2]}', untouched text DEFAULT 'x'${columns("owners")});
    INSERT INTO owners (id) VALUES ${ids};
    CREATE TABLE subs (number serial PRIMARY KEY, owner ${key} ${rows === "one" ? "UNIQUE" : ""}, more json DEFAULT '{"kept": {"b":  1}}'${columns("subscriptions")})`;
  const places = listMapped(layout).map((name) => {
    const at =
      findType(layout, name) === "json" ? `${alias(name)}.more->deep->${name}` : `${alias(name)}.${name}`;
    return [name, at];
  });
  const file = stringify({
    ...{ version: 1, timeZone },
    tables: {
      owners: { table: "owners", key: "id" },
      ...(rows === "columns"
        ? {}
        : { subscriptions: { table: "subs", owner: "owner", key: "number", rows, insert: true } }),
    },
    fields: Object.fromEntries(places),
    access:
      findType(layout, "status") === "left out"
        ? { by: "boolean", column: "owners.untouched" }
        : { by: "status" },
  });
  return { tables, file };
}

/** A record of these values, as the engine hands it over. */
function toRecord(layout: Layout, values: Row) {
  const id = toId(layout.key, 1);
  const read = (name: Name) => {
    if (name === "subscription") return "sub_1";
    const value = values[name] ?? null;
    const isDay = findType(layout, name) === "date" && typeof value === "number";
    return isDay ? Math.floor(value / 86_400) * 86_400 : value;
  };
  const pick = (group: string) =>
    Object.fromEntries(
      listMapped(layout).flatMap((name) =>
        FILE_FIELDS[name].group === group ? [[FILE_FIELDS[name].name, read(name)]] : [],
      ),
    );
  return { userId: id, user: pick("user"), billing: pick("billing"), ends: false };
}

const toPlain = (value: unknown) => (value instanceof Date ? value.getTime() / 1000 : value);

async function writesWhatIsRead(
  layout: Layout,
  { client, rows, write, user, billing }: Application,
  file: string,
) {
  await client.query(`SET LOCAL TimeZone = '${layout.session}'`);
  for (const values of [layout.before, layout.after]) {
    const record = toRecord(layout, values);
    await write(record);
    for (const [row, wanted] of [
      [await user(record.userId), record.user],
      [await billing(record.userId), record.billing],
    ])
      for (const [name, value] of Object.entries(wanted ?? {})) {
        const read = toPlain(row?.[name]);
        expect(Number.isInteger(value) ? Number(read) : read, name).toEqual(value);
      }
    expect(await write(record)).toBe(0);
  }
  const parsed = parseMapping(file);
  if ("problems" in parsed) throw new Error(file);
  const parts = { mapping: parsed.mapping, catalog: await readCatalog(client, parsed.mapping) };
  const look = () =>
    rows("SELECT o::text, s::text FROM owners o LEFT JOIN subs s ON s.owner = o.id ORDER BY 1, 2");
  const before = await look();
  const [check] = await checkRoundTrip(client, parts, { signal: new AbortController().signal });
  expect(check?.text).toContain(
    "3 owners written as they are, in a transaction that is rolled back: 0 differ",
  );
  expect(await look()).toEqual(before);
  expect(await rows("SELECT DISTINCT untouched, more -> 'kept' AS kept FROM owners")).toEqual([
    { untouched: "x", kept: [1, 2] },
  ]);
}

it(
  "whatever the columns are: a record that is written is read again, and one that is read changes nothing when it is written",
  PATIENT,
  () =>
    fc.assert(
      fc.asyncProperty(layouts, async (layout) => {
        const { tables, file } = describeApplication(layout);
        await applications.run(tables, file, (application) => writesWhatIsRead(layout, application, file));
      }),
      withRuns(10),
    ),
);

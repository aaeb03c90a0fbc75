import { afterAll, beforeAll, expect, it } from "vitest";
import { openApplications } from "../testing/application";

let applications: Awaited<ReturnType<typeof openApplications>>;
beforeAll(async () => {
  applications = await openApplications();
});
afterAll(() => applications.close());

const MAPPING = (type: string, extra = "") => `
version: 1
timeZone: America/New_York
tables:
  owners: { table: owners, key: id }
fields:
  customer: owners.customer
  subscription: owners.sub
  periodEnd: ${extra === "" ? "owners.value" : `{ at: owners.value, as: ${extra} }`}
  quantity: owners.${type === "numeric" || type === "float8" ? "value" : "seats"}
access: { by: date }
`;

const LAST = "9999-12-31T23:59:59.000Z";

/** One value that PostgreSQL refuses to convert would fail the reading of every owner. */
it.each<[type: string, as: string, values: [value: string, read: string | null][]]>([
  [
    ...(["text", ""] as const),
    [
      ["2026-02-28", "2026-02-28T05:00:00.000Z"],
      ["2026-02-30", null],
      ["2024-02-29T10:00Z", "2024-02-29T10:00:00.000Z"],
      ["2023-02-29T10:00Z", null],
      ["1900-02-29", null],
      ["2026-06-31", null],
      ["0000-00-00 00:00:00", null],
      ["0000-01-01", null],
      ["2026-01-15 10:00-05", "2026-01-15T15:00:00.000Z"],
      ["2026-01-15 10:00:30+99:99", null],
      [`2026-01-15 10:00:30.${"1".repeat(200)}`, null],
      ["2026-01-15 10:00:30.123456789Z", "2026-01-15T10:00:30.123Z"],
      ["soon", null],
      ["", null],
    ],
  ],
  [
    ...(["text", "epoch"] as const),
    [
      ["1800000000", "2027-01-15T08:00:00.000Z"],
      ["999999999999999", null],
      ["-999999999999999", null],
      ["1e9", null],
    ],
  ],
  [
    ...(["bigint", "milliseconds"] as const),
    [
      ["1800000000000", "2027-01-15T08:00:00.000Z"],
      ["9223372036854775807", null],
    ],
  ],
  [
    ...(["numeric", "epoch"] as const),
    [
      ["1800000000.5", "2027-01-15T08:00:00.500Z"],
      ["NaN", null],
      ["1e30", null],
    ],
  ],
  [
    ...(["float8", "epoch"] as const),
    [
      ["NaN", null],
      ["Infinity", null],
      ["-Infinity", null],
    ],
  ],
  [
    ...(["timestamptz", ""] as const),
    [
      ["infinity", LAST],
      ["-infinity", null],
      ["30000-01-01", LAST],
      ["0044-03-15 BC", null],
    ],
  ],
  [
    ...(["timestamp", ""] as const),
    [
      ["290000-01-01", LAST],
      ["4000-01-01 BC", null],
    ],
  ],
  [
    ...(["date", ""] as const),
    [
      ["5000000-01-01", LAST],
      ["4000-01-01 BC", null],
    ],
  ],
])("reads what a column of %s (%s) may hold", (type, as, values) =>
  applications.run(
    `SET LOCAL TimeZone = 'Asia/Tokyo';
     CREATE TABLE owners (id int PRIMARY KEY, customer text, sub text DEFAULT 'sub_1', seats int, value ${type});
     INSERT INTO owners (id, value) VALUES ${values.map(([value], at) => `(${at}, '${value}')`).join(", ")}`,
    MAPPING(type, as),
    async ({ rows, write, user }) => {
      const read = await rows(`SELECT "currentPeriodEnd" AS at FROM parity."User" ORDER BY id::int`);
      expect(
        read.map(({ at }, index) => [values[index]?.[0], at instanceof Date ? at.toISOString() : at]),
      ).toEqual(values);
      await rows(`SELECT * FROM parity."BillingSubscription"`);
      expect(await write({ userId: "0", user: { currentPeriodEnd: 1_700_000_000 } })).toBe(1);
      expect(await user("0")).toMatchObject({ currentPeriodEnd: expect.any(Date) });
    },
  ),
);

it("a domain over a domain, and names that need quotes", () =>
  applications.run(
    `CREATE DOMAIN "Word" AS text; CREATE DOMAIN "select" AS "Word" CHECK (VALUE <> '');
     CREATE TABLE "order" ("user" "select" PRIMARY KEY, "Größe in ""Zoll""" "select", ${"é".repeat(31)} numeric);
     INSERT INTO "order" VALUES ('ä ''1''', 'cus_1', 'NaN')`,
    `
version: 1
tables:
  owners: { table: '"order"', key: user }
fields: { customer: 'owners."Größe in ""Zoll"""', subscription: { sql: "'sub_1'" }, quantity: owners.${"é".repeat(31)} }
access: { by: seats, column: owners.${"é".repeat(31)} }
`,
    async ({ rows, write }) => {
      expect(await rows(`SELECT id, "stripeCustomerId" FROM parity."User"`)).toEqual([
        { id: "ä '1'", stripeCustomerId: "cus_1" },
      ]);
      expect(await rows(`SELECT seats FROM parity."Workspace"`)).toEqual([{ seats: 0 }]);
      expect(await write({ userId: "ä '1'", user: { stripeCustomerId: "cus_2" } })).toBe(1);
    },
  ));

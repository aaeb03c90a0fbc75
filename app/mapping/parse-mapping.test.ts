import { expect, it } from "vitest";
import { createDefaultDocument } from "./default-mapping.server";
import { mappingSchema } from "./mapping.server";
import { parseMapping } from "./parse-mapping.server";
import { parsePlace, parseTableName } from "./places";

const VALID = `version: 1
tables:
  owners: { table: users, key: id }
fields:
  customer: owners.stripe_id
  status: owners.status
`;

const problems = (text: string) => {
  const parsed = parseMapping(text);
  return "problems" in parsed ? parsed.problems.map(({ line, message }) => `${line}: ${message}`) : [];
};

it("reads a mapping with its defaults", () => {
  const parsed = parseMapping(VALID);
  expect(parsed).toMatchObject({
    mapping: {
      timeZone: "UTC",
      tables: {
        owners: [{ as: "owners", table: { schema: "public", name: "users" }, key: "id", end: "keep" }],
      },
      fields: { customer: { alias: "owners", column: "stripe_id", path: [] } },
      access: { by: "status" },
      metadataKeys: ["userId"],
    },
  });
});

it("names every problem at once, each with its line", () => {
  const text = `version: 2
timeZone: Mars/Olympus
tables:
  owners: { table: users, keys: id }
  subscriptions: { table: subs, rows: several }
fields:
  custmer: owners.stripe_id
  status: nowhere
access: { by: status, grace: soon }
`;
  expect(problems(text)).toEqual([
    "1: must be 1",
    "2: is no time zone. Write a name such as UTC or Europe/Berlin",
    "4: key is missing",
    "4: keys is not known here: did you mean key?",
    "5: must be one of one, many",
    "7: custmer is not known here: did you mean customer?",
    "8: is no place: nowhere. Write it as table.column, or table.column->key for a value in JSON",
    "9: is written as a number and a unit: 1 day, 36 hours",
  ]);
});

it("finds what does not fit together", () => {
  const text = `version: 1
tables:
  owners: { table: users, key: id, query: SELECT 1 }
  subscriptions: { table: subs, owner: user_id, rows: many, end: clear }
  extra: { table: extra }
fields:
  status: owner.status
  price: owners.price
access: { by: boolean }
plans:
  a: { prices: [price_1], sets: { members: 5 } }
  b: { prices: [price_1] }
`;
  expect(problems(text)).toEqual([
    "3: needs either table or query",
    "4: rows of a table with many rows can be kept or deleted, not cleared",
    "5: owner is missing: the column that holds the owner's key",
    "6: neither customer nor subscription has a place: without one of them no payment can be recognised",
    "6: price: needs a place for subscription, the id of Stripe's subscription",
    "6: with many rows of subscriptions, subscription must be a column of subscriptions",
    "7: there is no table owner under tables: did you mean owners?",
    "9: access by boolean needs column, the place that the application looks at",
    "11: members has no place under sets",
    "12: price_1 is also in the plan a",
  ]);
});

it("statuses that let an owner in are those of the mapping, and who pays is among them", () => {
  const text = `version: 1
tables:
  owners: { table: users, key: id }
fields: { customer: owners.stripe_id, status: owners.status }
status:
  words: { on: [active, trialing], late: past_due }
  cancelScheduled: leaving
  access: [late, actve]
`;
  expect(problems(text)).toEqual([
    expect.stringContaining("8: actve is no status of this mapping"),
    "8: on is missing: who pays has this status, and would not be let in",
    "8: leaving is missing: who has paid until the end has this status, and would not be let in",
  ]);
  expect(problems(text.replace("[late, actve]", "[on, leaving]"))).toEqual([]);
  const without = text.replace("[late, actve]", "[on, leaving]").replace(", status: owners.status", "");
  expect(problems(without)).toContain("8: needs a place for status");
});

it.each([
  ["", "must be a set of keys and values"],
  ["[]", "must be a set of keys and values"],
  ["a: [", "This is no YAML"],
  [`${VALID}tables: {}`, "This is no YAML"],
])("refuses %j", (text, message) => {
  expect(problems(text).join()).toContain(message);
});

it("reads places and names of tables of any kind", () => {
  expect(parsePlace("owners.\"Odd -> column.name\"->a->'b c'")).toEqual({
    alias: "owners",
    column: "Odd -> column.name",
    path: ["a", "b c"],
  });
  expect(parsePlace("owners.Full Name")).toEqual({ alias: "owners", column: "Full Name", path: [] });
  expect(parsePlace("owners.data->>plan")).toEqual({ alias: "owners", column: "data", path: ["plan"] });
  for (const text of ["owners", "owners.", ".column", "owners.data->"]) expect(parsePlace(text)).toBeNull();
  expect(parseTableName('"My schema"."a.b"')).toEqual({ schema: "My schema", name: "a.b" });
  expect(parseTableName("users")).toEqual({ schema: "public", name: "users" });
  for (const text of ["", "a.b.c", 'a"b']) expect(parseTableName(text)).toBeNull();
});

it("the default mapping is one of the same format", () => {
  expect(mappingSchema.safeParse(createDefaultDocument()).success).toBe(true);
});

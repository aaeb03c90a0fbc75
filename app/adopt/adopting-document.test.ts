import { expect, it } from "vitest";
import { FILE_FIELD_NAMES } from "~/mapping/file-fields";
import { mappingSchema } from "~/mapping/mapping.server";
import { parseMapping } from "~/mapping/parse-mapping.server";
import { install, openApplications } from "~/mapping/testing/application";
import { ADOPTING, readBlocks, readRecipe } from "./testing/shapes/recipes";
import { SHAPES } from "./testing/shapes/shapes";

it("the reference names every key and every field of the mapping file", () => {
  const named = new Set(
    [...ADOPTING.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = ""]) => code.split(/[.,:{}<>\s]+/)),
  );
  const { shape } = mappingSchema;
  const tables = [
    "table",
    "query",
    "writes",
    "key",
    "owner",
    "where",
    "rows",
    "insert",
    "premade",
    "end",
    "touch",
    "ensure",
  ];
  for (const key of [...Object.keys(shape), ...FILE_FIELD_NAMES, ...tables])
    expect(named, key).toContain(key);
});

it("each recipe is that of an application that is tested", () => {
  const recipes = [...ADOPTING.matchAll(/```yaml recipe=(\S+)/g)].map(([, name]) => name);
  expect(recipes).toEqual(Object.keys(SHAPES));
  for (const name of Object.keys(SHAPES)) expect(parseMapping(readRecipe(name))).toHaveProperty("mapping");
});

it("the rights of the document are enough, and what it removes leaves nothing", async () => {
  const applications = await openApplications();
  try {
    const { client } = applications;
    await client.query(`ALTER SCHEMA parity RENAME TO made;
      CREATE TABLE users (id bigserial PRIMARY KEY, stripe_id text, plan text);
      CREATE TABLE subscriptions (id bigserial PRIMARY KEY, user_id bigint UNIQUE REFERENCES users, stripe_id text, status text);
      INSERT INTO users VALUES (1)`);
    const [grants = "", removal = ""] = readBlocks("sql");
    const role = "adopting_document";
    await client.query("BEGIN");
    await client.query(grants.replaceAll("parity_app", role));
    for (const table of ["Mapping", "ChosenSubscription"])
      await client.query(
        `ALTER TABLE made."${table}" SET SCHEMA parity; ALTER TABLE parity."${table}" OWNER TO ${role}`,
      );
    await client.query(`SET LOCAL ROLE ${role}`);
    await install(
      client,
      `
version: 1
tables:
  owners: { table: users, key: id }
  subscriptions: { table: subscriptions, owner: user_id, insert: true }
fields:
  customer: owners.stripe_id
  plan: owners.plan
  subscription: subscriptions.stripe_id
  status: subscriptions.status
`,
    );
    const record = {
      userId: "1",
      user: { stripeCustomerId: "cus_1", plan: "pro", subscriptionStatus: "active" },
    };
    const { rows } = await client.query("SELECT parity.write_records($1) AS written", [
      JSON.stringify([{ ...record, billing: { stripeSubscriptionId: "sub_1" } }]),
    ]);
    expect(rows).toEqual([{ written: 2 }]);
    await client.query(removal);
    const left = await client.query(
      `SELECT FROM pg_depend d JOIN pg_namespace n ON d.refobjid = n.oid WHERE n.nspname = 'parity'`,
    );
    expect(left.rows).toEqual([]);
    expect((await client.query("SELECT plan FROM users")).rows).toEqual([{ plan: "pro" }]);
    await client.query("ROLLBACK");
  } finally {
    await applications.close();
  }
});

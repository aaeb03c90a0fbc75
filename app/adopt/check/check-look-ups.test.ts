import { afterAll, beforeAll, expect, it } from "vitest";
import { readCatalog } from "~/mapping/catalog.server";
import { parseMapping } from "~/mapping/parse-mapping.server";
import { openApplications } from "~/mapping/testing/application";
import { checkLookUps } from "./check-look-ups.server";

let applications: Awaited<ReturnType<typeof openApplications>>;
beforeAll(async () => {
  applications = await openApplications();
});
afterAll(() => applications.close());

const TABLES = `
  CREATE TABLE "Members" (id serial PRIMARY KEY, "teamId" int NOT NULL, email text);
  CREATE TABLE teams (id serial PRIMARY KEY, stripe_id text UNIQUE, status text)`;
const FILE = `
version: 1
tables: { owners: { table: teams, key: id } }
fields:
  email: { sql: '(SELECT m.email FROM "Members" m WHERE m."teamId" = owners.id LIMIT 1)' }
  customer: owners.stripe_id
  status: owners.status
`;

it("names the table that an expression reads whole, and that the list is sorted by what no index serves", () =>
  applications.withTables(TABLES, async (client) => {
    const parsed = parseMapping(FILE);
    if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
    const parts = { mapping: parsed.mapping, catalog: await readCatalog(client, parsed.mapping) };
    const check = async () =>
      (await checkLookUps(client, parts)).map(({ level, about, text }) => `${level} ${about}: ${text}`);
    const sorted = expect.stringMatching(/^note fields, email: .* every owner of public\.teams/);
    expect(await check()).toEqual([
      expect.stringMatching(/^note public\.Members: an owner by its key is found by reading the whole table/),
      sorted,
    ]);
    await client.query('CREATE INDEX ON "Members" ("teamId")');
    expect(await check()).toEqual([expect.stringMatching(/^ok look-ups/), sorted]);
  }));

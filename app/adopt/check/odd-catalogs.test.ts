import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readCatalog } from "~/mapping/catalog.server";
import { listMissingGrants } from "~/mapping/grants/missing-rights.server";
import { parseMapping } from "~/mapping/parse-mapping.server";
import { createEmptyDatabase } from "~/platform/testing/database";
import { checkAdoption, listAdoptionGrants, proposeAdoption } from "../adopt.server";

// Catalogs as they are seldom: each works, or the check names the table or the line and what to do.

const role = `reader_${randomUUID().replaceAll("-", "")}`;
let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
let owner: pg.Client;
let reader: pg.Client;
beforeAll(async () => {
  database = await createEmptyDatabase();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  const url = new URL(database.url);
  await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'reads';
    GRANT CREATE ON DATABASE "${url.pathname.slice(1)}" TO ${role}; SET search_path = public`);
  [url.username, url.password] = [role, "reads"];
  reader = new pg.Client({ connectionString: url.href });
  await reader.connect();
});
afterAll(async () => {
  await reader.end();
  await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await owner.end();
  await database.drop();
});
beforeEach(() =>
  owner.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC"),
);

const work = { facts: null, signal: new AbortController().signal };
const USERS = `CREATE TABLE users (id int PRIMARY KEY, email text, customer text, subscription_status text);
  INSERT INTO users SELECT n, 'u' || n || '@example.com', 'cus_' || n, 'past_due' FROM generate_series(1, 20) n;`;
const file = (part: Record<string, string> = {}) => `version: 1
tables:
  owners: ${part.owners ?? "{ table: users, key: id }"}
fields:
  email: ${part.email ?? "owners.email"}
  customer: owners.customer
  status: ${part.status ?? "owners.subscription_status"}
status: { access: [active, trialing] }
`;

const listProblems = async (text: string, client = owner) =>
  (await checkAdoption(client, text, work)).checks
    .filter(({ level }) => level === "problem")
    .map(({ about, text: said }) => `${about}: ${said}`)
    .join("\n");

describe("the check says where a mapping cannot be read:", () => {
  it.each([
    [
      "an expression over no column",
      file({ email: '{ sql: "owners.mail" }' }),
      /line 5, fields\.email: column owners\.mail does not exist/,
    ],
    [
      "an expression that is none",
      file({ email: '{ sql: "1); DROP TABLE users; --" }' }),
      /line 5, fields\.email: syntax error/,
    ],
    [
      "one that fails in a row",
      file({ email: '{ sql: "(1 / (owners.id - 7))::text" }' }),
      /line 5, fields\.email: division by zero/,
    ],
    [
      "one of several rows",
      file({ email: '{ sql: "(SELECT email FROM public.users)" }' }),
      /line 5, fields\.email: more than one row/,
    ],
    [
      "a condition",
      file({ owners: '{ table: users, key: id, where: "gone IS NULL" }' }),
      /line 3, tables\.owners\.where: column "gone"/,
    ],
    [
      "a query",
      file({ owners: '{ query: "SELECT nope FROM users", key: id }' }),
      /line 3, tables\.owners\.query: column "nope"/,
    ],
  ])("%s", async (_, text, said) => {
    await owner.query(USERS);
    expect(await listProblems(text)).toMatch(said);
    expect((await owner.query("SELECT count(*)::int AS users FROM users")).rows).toEqual([{ users: 20 }]);
  });
});

describe("the check names what the role does not see:", () => {
  it("rows, by row level security without a policy, with one that hides some, and with one that restricts", async () => {
    await owner.query(
      `${USERS} ALTER TABLE users ENABLE ROW LEVEL SECURITY; GRANT SELECT, UPDATE ON users TO ${role}`,
    );
    const remedy = `CREATE POLICY parity ON public.users TO ${role} USING (true) WITH CHECK (true)`;
    expect(await listProblems(file(), reader)).toContain(remedy);
    await owner.query("CREATE POLICY mine ON users USING (id < 5)");
    const parsed = parseMapping(file());
    if ("problems" in parsed) throw new Error("no mapping");
    const parts = { mapping: parsed.mapping, catalog: await readCatalog(reader, parsed.mapping) };
    expect(await listMissingGrants(reader, parts)).toEqual([
      expect.stringContaining("CREATE POLICY parity ON"),
    ]);
    expect(await listProblems(file(), reader)).toContain(remedy);
    await owner.query(remedy);
    expect(await listProblems(file(), reader)).toBe("");
    await owner.query("CREATE POLICY less ON users AS RESTRICTIVE USING (id < 5)");
    expect(await listProblems(file(), reader)).toContain("restrictive policies less");
  });

  it("columns, and a schema", async () => {
    await owner.query(
      `${USERS} GRANT SELECT (id, customer, subscription_status), UPDATE ON users TO ${role}`,
    );
    expect(await listProblems(file(), reader)).toContain("GRANT SELECT (email) ON public.users TO it");
    const proposed = await proposeAdoption(reader, work);
    expect(proposed.file?.text).not.toContain("email:");
    await owner.query("REVOKE USAGE ON SCHEMA public FROM PUBLIC");
    expect(await listProblems(file(), reader)).toBe(
      "line 3, tables.owners: the role of Parity may not read public.users: GRANT USAGE ON SCHEMA public TO it; GRANT SELECT ON public.users TO it",
    );
    expect(await listAdoptionGrants(reader, file(), null)).toHaveProperty("grants");
  });
});

describe("the check tries what is written:", () => {
  it.each([
    ["a trigger that keeps rows from being updated", "RETURN NULL", /keeps 20 of 20 rows from being updated/],
    [
      "a trigger that changes a word",
      "NEW.subscription_status := upper(NEW.subscription_status); RETURN NEW",
      /changes subscription_status when/,
    ],
    ["a trigger that raises", "RAISE EXCEPTION 'not on my watch'", /was refused: not on my watch/],
  ])("%s", async (_, body, said) => {
    await owner.query(`${USERS} CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body}; END $$;
      CREATE TRIGGER watch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION watch()`);
    expect(await listProblems(file())).toMatch(said);
  });

  it("words that a CHECK, a domain, a foreign key or a length refuses", async () => {
    await owner.query(`${USERS} CREATE DOMAIN word AS varchar(9); CREATE TABLE plans (word text PRIMARY KEY); INSERT INTO plans VALUES ('pro');
      ALTER TABLE users ALTER subscription_status TYPE word, ADD plan text REFERENCES plans,
        ADD CHECK (subscription_status IN ('active', 'past_due', 'canceled'))`);
    const plans = "plans: { pro: { prices: [price_1] }, team: { prices: [price_2] } }\n";
    const text = file().replace("  status:", "  plan: owners.plan\n  status:");
    const { checks } = await checkAdoption(owner, `${text}${plans}`, work);
    const said = checks.map(({ level, about, text: one }) => `${level} ${about} ${one}`).join("\n");
    expect(said).toMatch(/note public\.users\.subscription_status refuses .*trialing.*incomplete_expired/);
    expect(said).toMatch(/problem public\.users\.plan refuses team: .*foreign key/);
  });
});

describe("a proposal", () => {
  it("takes a unique column where the key has several, tells two tables of one name apart, and says what stands in the way", async () => {
    const table = (
      name: string,
      key: string,
    ) => `CREATE TABLE ${name} (id uuid NOT NULL DEFAULT gen_random_uuid(), region text NOT NULL DEFAULT 'eu',
      stripe_customer_id text, subscription_status text, PRIMARY KEY (${key})); INSERT INTO ${name} (stripe_customer_id, subscription_status)
      SELECT 'cus_' || n, 'past_due' FROM generate_series(1, 5) n;`;
    await owner.query(table("accounts", "id, region"));
    expect((await proposeAdoption(owner, work)).obstacles).toEqual([
      "public.accounts holds ids of Stripe's (stripe_customer_id), but no column of it names a row alone: its primary key is id, region. A mapping needs a column with a unique index.",
    ]);
    await owner.query("CREATE UNIQUE INDEX ON accounts (id)");
    const one = await proposeAdoption(owner, work);
    expect(one.file?.text).toContain("owners: { table: public.accounts, key: id }");
    await owner.query(`CREATE SCHEMA other; ${table("other.accounts", "id")}`);
    const two = await proposeAdoption(owner, work);
    expect(two.file?.text).toContain("as: public_accounts");
    expect(await listProblems(two.file?.text ?? "")).toBe("");
    await owner.query("DROP SCHEMA other CASCADE");
  });

  it("finds owners by keys of char, and writes indexes of columns whose names are reserved", async () => {
    await owner.query(`CREATE TABLE "user" (id char(36) PRIMARY KEY, email text, "order" text, subscription_status text);
      INSERT INTO "user" SELECT 'id-' || n, NULL, 'cus_' || n, 'past_due' FROM generate_series(1, 50) n; ANALYZE "user"`);
    const { file: proposed } = await proposeAdoption(owner, work);
    const { checks } = await checkAdoption(owner, proposed?.text ?? "", work);
    expect(checks.filter(({ text }) => /whole table/.test(text))).toEqual([
      expect.objectContaining({
        about: "owners.order",
        text: expect.stringContaining('CREATE INDEX CONCURRENTLY ON public."user" ("order")'),
      }),
    ]);
    expect(checks.filter(({ level }) => level === "problem")).toEqual([]);
  });
});

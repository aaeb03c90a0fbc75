import { randomUUID } from "node:crypto";
import { afterEach, expect, it } from "vitest";
import { createDatabase } from "~/platform/client.server";
import { applyMigrations } from "~/platform/migrations/migrate.server";
import { withPgClient } from "~/platform/migrations/pg-client.server";
import { createEmptyDatabase } from "~/platform/testing/database";
import { dumpOutside } from "~/platform/testing/outside";
import { examineInstallation, uninstall } from "./uninstall.server";

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0)) await undo();
});

const run = (url: string, sql: string) => withPgClient(url, (client) => client.query(sql));

/** An application's database with Parity installed; `sql` is run before, so that it is the application's. */
async function createInstalled(sql = "") {
  const { url, drop } = await createEmptyDatabase();
  cleanUp.push(drop);
  await run(
    url,
    `CREATE TABLE public.orders (id int PRIMARY KEY); INSERT INTO public.orders VALUES (1); ${sql}`,
  );
  await applyMigrations(url, { exampleTables: "app" });
  await run(
    url,
    `INSERT INTO parity."Setting" (key, value, "updatedBy") VALUES ('staleAfterMinutes', '30', 'test')`,
  );
  return url;
}

const TRIGGER = `
  CREATE FUNCTION parity.note_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
  CREATE TRIGGER parity_changed AFTER UPDATE ON app."User" FOR EACH STATEMENT EXECUTE FUNCTION parity.note_change();`;

it("removes the schema and our triggers in the application's tables, and leaves everything else as it was", async () => {
  const url = await createInstalled();
  const before = await dumpOutside(url);
  await run(url, TRIGGER);
  const found = await examineInstallation(url);
  expect(found).toMatchObject({
    ...{ schema: "ours", database: new URL(url).pathname.slice(1), obstacles: [], connected: [] },
    ...{
      views: ["BillingSubscription", "User", "Workspace", "jobs"],
      triggers: ['parity_changed on app."User"'],
    },
  });
  expect(found.tables).toContainEqual({ name: "Setting", rows: 1 });
  expect(await uninstall(url, { force: false })).toMatchObject({ removed: true });
  expect(await dumpOutside(url)).toEqual(before);
  expect(await examineInstallation(url)).toMatchObject({ schema: "none", tables: [] });
  expect(await uninstall(url, { force: false })).toMatchObject({ removed: false });

  // It can be installed again.
  expect((await applyMigrations(url)).applied.length).toBeGreaterThan(0);
});

it("removes nothing while a process of Parity's is connected, unless it is forced to", async () => {
  const url = await createInstalled();
  const db = createDatabase(url, { poolSize: 1 });
  cleanUp.unshift(() => db.$disconnect());
  await db.run.count();
  const refused = await uninstall(url, { force: false });
  expect(refused.removed).toBe(false);
  expect(refused.installation.connected).toEqual([expect.stringMatching(/^parity \(process \d+/)]);
  expect(await db.run.count()).toBe(0);
  expect((await uninstall(url, { force: true })).removed).toBe(true);
});

it.each([
  [
    "a view",
    `CREATE VIEW public.report AS SELECT id FROM parity."User"`,
    /^view public\.report uses parity\."User"/,
  ],
  [
    "a materialized view",
    `CREATE MATERIALIZED VIEW public.counted AS SELECT count(*) FROM parity."Change"`,
    /^materialized view public\.counted uses/,
  ],
  [
    "a foreign key",
    `CREATE TABLE public.notes (run text REFERENCES parity."Run" (id))`,
    /^table constraint notes_run_fkey on public\.notes uses parity\."Run"/,
  ],
  [
    "a default",
    `CREATE TABLE public.notes (id bigint DEFAULT nextval('parity.observation_version'))`,
    /^default value for public\.notes\.id uses parity\.observation_version/,
  ],
  [
    "an extension in the schema",
    `CREATE EXTENSION pg_trgm SCHEMA parity; CREATE INDEX by_name ON public.people USING gin (name parity.gin_trgm_ops)`,
    /^The extension pg_trgm is in the schema parity.* ALTER EXTENSION pg_trgm SET SCHEMA public;/,
  ],
])("removes nothing where it would take away what is another's: %s", async (_, sql, reason) => {
  const url = await createInstalled(`CREATE TABLE public.people (name text);`);
  await run(url, `DROP EXTENSION IF EXISTS pg_trgm CASCADE; ${sql}`);
  const before = await dumpOutside(url);
  const { removed, installation } = await uninstall(url, { force: true });
  expect(removed).toBe(false);
  expect(installation.obstacles).toEqual(expect.arrayContaining([expect.stringMatching(reason)]));
  expect(await dumpOutside(url)).toEqual(before);
  expect((await examineInstallation(url)).schema).toBe("ours");
});

it("removes nothing of a schema that is not Parity's, and nothing that another role owns", async () => {
  const { url, drop } = await createEmptyDatabase();
  cleanUp.push(drop);
  await run(url, "CREATE SCHEMA parity; CREATE TABLE parity.bits (id int)");
  expect(await uninstall(url, { force: true })).toMatchObject({
    removed: false,
    installation: { schema: "foreign" },
  });

  const installed = await createInstalled();
  const role = `other_${randomUUID().replaceAll("-", "")}`;
  await run(
    installed,
    `CREATE ROLE ${role}; GRANT USAGE ON SCHEMA parity TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA parity TO ${role}`,
  );
  cleanUp.unshift(() => run(installed, `DROP OWNED BY ${role}; DROP ROLE ${role}`).then(() => undefined));
  const other = new URL(installed);
  other.searchParams.set("options", `-c role=${role}`);
  const { removed, installation } = await uninstall(other.toString(), { force: true });
  expect(removed).toBe(false);
  expect(installation.obstacles).toEqual([expect.stringContaining(`${role} may not.`)]);
});

it("does not make the application wait for long", async () => {
  const url = await createInstalled();
  await run(url, TRIGGER);
  await withPgClient(url, async (busy) => {
    await busy.query(`BEGIN; LOCK TABLE app."User" IN ACCESS SHARE MODE`);
    await expect(uninstall(url, { force: false, lockTimeout: "50ms" })).rejects.toThrow("lock timeout");
  });
  expect((await examineInstallation(url)).schema).toBe("ours");
});

import type pg from "pg";
import { expect, it } from "vitest";
import { parseDocument } from "yaml";
import { createWorld, type World } from "~/engine/testing/world";
import { withPgClient } from "~/platform/migrations/pg-client.server";
import { openAdoption } from "./open-adoption.server";
import { compareRows, lookAt, recordOwners } from "./testing/shapes/look";
import { createOwners, toRecorded } from "./testing/shapes/owners";
import { seedSandbox } from "./testing/shapes/seed-sandbox";
import type { Shape } from "./testing/shapes/shape";
import { SHAPES } from "./testing/shapes/shapes";

const COUNT = process.env.PARITY_HUNT ? 200 : 40;

for (const [name, shape] of Object.entries(SHAPES))
  it(`${name}: as parity adopt proposes it, no one loses access by the application's own rule where only grants are allowed, then a full run makes every owner right, a second one writes nothing, and drift is healed`, async () => {
    const world = await createWorld();
    try {
      await withPgClient(world.url, (client) => heal(world, client, shape));
    } finally {
      await world.close();
    }
  });

async function heal(world: World, client: pg.Client, shape: Shape): Promise<void> {
  const owners = createOwners(shape, { now: world.sandbox.clock.now(), count: COUNT });
  seedSandbox(world.sandbox, shape, owners);
  // The tests' own example application is not there.
  await client.query("DROP SCHEMA app CASCADE; SET search_path = public");
  await client.query(shape.tables);
  await client.query("BEGIN");
  await recordOwners(client, shape, toRecorded(owners, "truth"));
  const right = await lookAt(client, shape);
  await client.query("ROLLBACK");
  await recordOwners(client, shape, toRecorded(owners, "recorded"));
  const before = await lookAt(client, shape);
  await adopt(world, shape);

  const run = (scope: "full" | "incremental") => world.parity.runs.cron({ budgetMs: 60_000, scope });
  expect(await run("full")).toMatchObject({ success: true, total: await countOwners(client) });
  const granted = (await lookAt(client, shape)).access;
  const hasAccess = (row: string) => row.includes('"access":true');
  expect(before.access.filter((row) => hasAccess(row) && !granted.includes(row))).toEqual([]);
  expect(granted.filter(hasAccess).length).toBeGreaterThan(before.access.filter(hasAccess).length);
  await world.db.setting.update({ where: { key: "writeMode" }, data: { value: "full" } });
  expect(await run("full")).toMatchObject({ success: true });
  const after = await lookAt(client, shape);
  expect(compareRows(after, right)).toEqual({ access: [], billing: [] });
  expect(after.untouched).toEqual(before.untouched);

  const versions = await readVersions(client);
  expect(await run("full")).toMatchObject({ success: true, syncedCount: 0 });
  expect(await readVersions(client)).toEqual(versions);

  for (const statement of shape.drift)
    expect(await client.query(statement), statement).toMatchObject({ rowCount: 1 });
  expect(compareRows(await lookAt(client, shape), right).billing).toHaveLength(shape.drift.length);
  expect(await run("incremental")).toMatchObject({ success: true, syncedCount: shape.drift.length });
  expect(compareRows(await lookAt(client, shape), right)).toEqual({ access: [], billing: [] });
}

/** Proposes a mapping, decides what a person decides, checks it, and installs it. */
async function adopt({ db, url, deps }: World, { answers }: Shape): Promise<void> {
  const signal = new AbortController().signal;
  const tools = openAdoption({
    databaseUrl: url,
    stripe: deps.stripe,
    log: deps.log,
    signal,
    progress: () => {},
  });
  const facts = await tools.readFacts();
  const { file } = await tools.propose(facts);
  const decided = parseDocument(file?.text ?? "");
  for (const [path, value] of Object.entries(answers)) decided.setIn(path.split("."), value);
  const text = decided.toString({ lineWidth: 0 });
  const { checks } = await tools.check(text, facts);
  expect(checks.filter(({ level }) => level === "problem")).toEqual([]);
  expect(await tools.install(text, "test")).toMatchObject({ outcome: "installed" });
  await db.setting.update({ where: { key: "writeMode" }, data: { value: "grant_only" } });
  await db.setting.create({ data: { key: "revocationLimitPercent", value: 100 } });
}

async function countOwners(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int FROM parity."User"`);
  return rows[0]?.count ?? 0;
}

/** Changes with every row of the application's that is written, and with every entry of the audit. */
async function readVersions(client: pg.Client): Promise<Record<string, unknown>[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND (n.nspname IN ('public', 'auth') OR c.oid = 'parity."Change"'::regclass)`,
  );
  const parts = rows.map(
    ({ name }) =>
      `SELECT '${name.replaceAll("'", "''")}' AS name, count(*), sum(xmin::text::bigint) FROM ${name}`,
  );
  return (await client.query<Record<string, unknown>>(parts.join(" UNION ALL "))).rows;
}

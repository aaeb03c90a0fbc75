import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type pg from "pg";
import { startEmbeddedPostgres } from "../../app/demo/postgres/embedded.server";
import { readCatalog } from "../../app/mapping/catalog.server";
import { readInstalledMapping } from "../../app/mapping/install.server";
import { installTriggers, removeTriggers } from "../../app/mapping/triggers/install-triggers.server";
import { applyMigrations } from "../../app/platform/migrations/migrate.server";
import { withPgClient } from "../../app/platform/migrations/pg-client.server";
import { computePercentile, print, printTable } from "./support/print";

// What the triggers of `adopt --install --with-triggers` cost the application: one UPDATE of many rows, and many of one row.

const ROWS = Number(process.argv[2] ?? 10_000);
const TIMES = 7;
const SINGLE = 500;

const STATEMENTS = {
  [`UPDATE of ${ROWS} rows, the plan`]: `UPDATE app."User" SET plan = md5(random()::text)`,
  [`UPDATE of ${ROWS} rows, the name (not watched)`]: `UPDATE app."User" SET name = md5(random()::text)`,
};

const dir = await mkdtemp(path.join(tmpdir(), "parity-bench-"));
const postgres = await startEmbeddedPostgres({ dir });
try {
  await applyMigrations(postgres.url, { exampleTables: "app" });
  await withPgClient(postgres.url, async (client) => {
    await client.query(
      `INSERT INTO app."User" (id, email) SELECT 'user' || n, 'user' || n || '@example.com' FROM generate_series(1, ${ROWS}) n`,
    );
    const without = await measureAll(client);
    const { rows } = await client.query(
      `SELECT mapping, facts, hash, source FROM parity."Mapping" WHERE id = 1`,
    );
    const { mapping } = readInstalledMapping(rows[0]);
    await client.query("BEGIN");
    await installTriggers(client, { mapping, catalog: await readCatalog(client, mapping) });
    await client.query("COMMIT");
    const withTriggers = await measureAll(client);
    await client.query("BEGIN");
    await removeTriggers(client);
    await client.query("COMMIT");
    print(`Triggers in the application's tables, median of ${TIMES}`);
    printTable([
      ["", "without, ms", "with, ms", "times"],
      ...Object.entries(without).map(([name, ms]) => {
        const other = withTriggers[name] ?? Number.NaN;
        return [name, ms.toFixed(2), other.toFixed(2), (other / ms).toFixed(2)];
      }),
    ]);
  });
} finally {
  await postgres.stop();
  await rm(dir, { recursive: true, force: true });
}

async function measureAll(client: pg.Client): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [name, sql] of Object.entries(STATEMENTS)) found[name] = await measure(client, sql);
  const one = `UPDATE app."User" SET plan = md5(random()::text) WHERE id = 'user7'`;
  const many = await measure(client, () => repeat(client, one));
  found["UPDATE of 1 row, the plan"] = many / SINGLE;
  return found;
}

async function repeat(client: pg.Client, sql: string): Promise<void> {
  for (let n = 0; n < SINGLE; n += 1) await client.query(sql);
}

/** Milliseconds; the queue is empty and the tables are clean before each. */
async function measure(client: pg.Client, work: string | (() => Promise<void>)): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < TIMES; n += 1) {
    await client.query(`TRUNCATE parity."RecheckQueue"`);
    await client.query(`VACUUM ANALYZE app."User"`);
    const startedAt = performance.now();
    if (typeof work === "string") await client.query(work);
    else await work();
    times.push(performance.now() - startedAt);
  }
  return computePercentile(times, 0.5);
}

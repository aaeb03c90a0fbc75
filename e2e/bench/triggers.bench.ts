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
const ROUNDS = Number(process.argv[3] ?? 15);
const SINGLE = 500;

const STATEMENTS = {
  [`UPDATE of ${ROWS} rows, the plan`]: `UPDATE app."User" SET plan = md5(random()::text)`,
  [`UPDATE of ${ROWS} rows, the name (not watched)`]: `UPDATE app."User" SET name = md5(random()::text)`,
};
const ONE = `UPDATE app."User" SET plan = md5(random()::text) WHERE id = 'user7'`;

/** Milliseconds without and with the triggers, one after the other, so that what else the machine does meets both. */
type Round = { without: number; with: number };

const dir = await mkdtemp(path.join(tmpdir(), "parity-bench-"));
const postgres = await startEmbeddedPostgres({ dir });
try {
  await applyMigrations(postgres.url, { exampleTables: "app" });
  await withPgClient(postgres.url, async (client) => {
    await client.query(
      `INSERT INTO app."User" (id, email) SELECT 'user' || n, 'user' || n || '@example.com' FROM generate_series(1, ${ROWS}) n`,
    );
    const { rows } = await client.query(
      `SELECT mapping, facts, hash, source FROM parity."Mapping" WHERE id = 1`,
    );
    const { mapping } = readInstalledMapping(rows[0]);
    const parts = { mapping, catalog: await readCatalog(client, mapping) };
    const works: [string, () => Promise<unknown>][] = [
      ...Object.entries(STATEMENTS).map(([name, sql]): [string, () => Promise<unknown>] => [
        name,
        () => client.query(sql),
      ]),
      [`${SINGLE} UPDATEs of 1 row, the plan`, () => repeat(client)],
    ];
    const found = new Map<string, Round[]>(works.map(([name]) => [name, []]));
    for (let n = 0; n < ROUNDS; n += 1)
      for (const [name, work] of works) {
        const round = { without: Number.NaN, with: Number.NaN };
        // Whichever comes second finds warmer caches: they take turns.
        const order: (keyof Round)[] = n % 2 === 0 ? ["without", "with"] : ["with", "without"];
        for (const which of order) {
          await change(client, () =>
            which === "with" ? installTriggers(client, parts) : removeTriggers(client),
          );
          round[which] = await time(client, work);
        }
        found.get(name)?.push(round);
      }
    await change(client, () => removeTriggers(client));
    print(`Triggers in the application's tables, ${ROUNDS} rounds; the ratios are those of each round`);
    printTable([
      ["", "without, ms", "with, ms", "ratio: median", "quarter to three quarters"],
      ...[...found].map(([name, rounds]) => {
        const pick = (read: (round: Round) => number, part = 0.5) =>
          computePercentile(rounds.map(read), part);
        const ratio = (round: Round) => round.with / round.without;
        return [
          name,
          pick((round) => round.without).toFixed(2),
          pick((round) => round.with).toFixed(2),
          pick(ratio).toFixed(2),
          `${pick(ratio, 0.25).toFixed(2)} to ${pick(ratio, 0.75).toFixed(2)}`,
        ];
      }),
    ]);
  });
} finally {
  await postgres.stop();
  await rm(dir, { recursive: true, force: true });
}

async function change(client: pg.Client, work: () => Promise<unknown>): Promise<void> {
  await client.query("BEGIN");
  await work();
  await client.query("COMMIT");
}

async function repeat(client: pg.Client): Promise<void> {
  for (let n = 0; n < SINGLE; n += 1) await client.query(ONE);
}

/** Milliseconds; the queue is empty and the tables are clean before it. */
async function time(client: pg.Client, work: () => Promise<unknown>): Promise<number> {
  await client.query(`TRUNCATE parity."RecheckQueue"`);
  await client.query(`VACUUM ANALYZE app."User"`);
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startEmbeddedPostgres } from "../../../app/demo/postgres/embedded.server";
import { createStripeBudget } from "../../../app/engine/account/stripe-budget.server";
import type { Parity } from "../../../app/facade/parity.server";
import { createParity } from "../../../app/facade/parity.server";
import { createDatabase, type Database } from "../../../app/platform/client.server";
import { createLog } from "../../../app/platform/log.server";
import { applyMigrations } from "../../../app/platform/migrations/migrate.server";
import { nextVersion } from "../../../app/platform/versions.server";
import { createLimiter } from "../../../app/stripe/limiter.server";
import { createStripeReader, type StripeReader } from "../../../app/stripe/reader.server";
import { type SandboxOptions, type SandboxProcess, startSandboxProcess } from "./sandbox-process";
import { fillWithoutIndexes } from "./without-indexes";

/** A whole installation to measure: PostgreSQL as in production, the sandbox in its own process. */
export type Installation = {
  db: Database;
  /** The address of the database. */
  url: string;
  parity: Parity;
  reader: StripeReader;
  sandbox: SandboxProcess;
  /** The same installation with another ceiling of requests a second. */
  openAt(readsPerSecond: number): Parity;
  close(): Promise<void>;
};

export async function openInstallation(
  sandboxOptions: SandboxOptions,
  readsPerSecond: number,
  postgresOptions: { sharedBuffers?: string; preload?: string } = {},
): Promise<Installation> {
  const dir = await mkdtemp(path.join(tmpdir(), "parity-bench-"));
  const [sandbox, postgres] = await Promise.all([
    startSandboxProcess(sandboxOptions),
    startEmbeddedPostgres({ dir, ...postgresOptions }),
  ]);
  await applyMigrations(postgres.url, { exampleTables: "app" });
  // A statement that fills a table of a million users may take minutes.
  const db = createDatabase(postgres.url, { statementTimeoutMs: 3_600_000 });
  const log = createLog({ level: "silent" });
  const createReader = (perSecond: number) =>
    createStripeReader({
      secretKey: sandbox.secretKey,
      apiBase: sandbox.url,
      limiter: createLimiter({
        budget: createStripeBudget(db, {
          backgroundPerSecond: perSecond,
          interactivePerSecond: perSecond,
          globalPerSecond: 4 * perSecond,
        }),
      }),
      nextVersion: () => nextVersion(db),
      log,
    });
  const opened: Parity[] = [];
  const open = (stripe: StripeReader) => {
    const parity = createParity({ db, stripe, configuredAccountId: null, sandbox: false, log });
    opened.push(parity);
    return parity;
  };
  const reader = createReader(readsPerSecond);
  const parity = open(reader);
  await db.plan.create({
    data: { id: "army", name: "Army", seats: 5, prices: { create: { lookupKey: "army_yearly" } } },
  });
  await db.setting.create({ data: { key: "writeMode", value: "full" } });
  // No hour of the day makes an incremental run a full one.
  await db.$executeRaw`INSERT INTO parity."Setting" (key, value) VALUES ('fullRunHour', 'null')`;
  return {
    db,
    url: postgres.url,
    parity,
    reader,
    sandbox,
    openAt: (perSecond) => open(createReader(perSecond)),
    async close() {
      await Promise.all(opened.map((one) => one.close()));
      await db.$disconnect();
      sandbox.stop();
      await postgres.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Users `u0000000`… with an empty record and one locked workspace each, who have paid. */
export const addNullUsers = (db: Database, count: number): Promise<void> =>
  fillWithoutIndexes(db, async () => {
    await db.$executeRaw`
      INSERT INTO app."User" (id, email, "emailVerified", name)
      SELECT 'u' || lpad(n::text, 7, '0'), 'u' || lpad(n::text, 7, '0') || '@example.com', true, 'Customer ' || n
      FROM generate_series(0, ${count - 1}::int) n`;
    await db.$executeRaw`
      INSERT INTO app."Workspace" (id, "ownerId", name)
      SELECT 'w' || id, id, 'Workspace' FROM app."User"`;
  });

/** Rows inserted, updated and deleted so far, by table, as PostgreSQL counted them. */
export async function countRowsWritten(
  db: Database,
  tables: readonly string[],
): Promise<Map<string, number>> {
  // A connection reports what it wrote when it ends, and only sometimes before.
  await db.$disconnect();
  const rows = await db.$queryRaw<{ table: string; written: number }[]>`
    SELECT relname AS table, (n_tup_ins + n_tup_upd + n_tup_del)::float8 AS written
    FROM pg_stat_user_tables WHERE relname = ANY(${[...tables]})`;
  return new Map(rows.map(({ table, written }) => [table, written]));
}

export type TimedRun = {
  run: { scope: string; stripeRequests: number; synced: number; skipped: number };
  seconds: number;
  /** From the start of the run until everything was read; of a full run only. */
  readSeconds: number;
};

/** Runs a scheduled run to its end. Throws when it does not succeed. */
export async function timeRun(
  db: Database,
  parity: Parity,
  scope: "incremental" | "full",
): Promise<TimedRun> {
  const started = performance.now();
  for (;;) {
    const answer = await parity.runs.cron({ budgetMs: 300_000, scope });
    if (!answer.done) continue;
    const seconds = (performance.now() - started) / 1000;
    if (!answer.success) throw new Error(`The run did not succeed: ${JSON.stringify(answer)}`);
    const [row] = await db.$queryRaw<{ seconds: number }[]>`
      SELECT extract(epoch FROM c."updatedAt" - r."createdAt")::float8 AS seconds
      FROM parity."Cursor" c JOIN parity."Run" r ON r.id = c.value->>'runId' WHERE c.key = 'full_run'`;
    const { stripeRequests, syncedCount: synced, skippedCount: skipped } = answer;
    return {
      run: { scope: answer.scope, stripeRequests, synced, skipped },
      seconds,
      readSeconds: row?.seconds ?? 0,
    };
  }
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createDatabase, type Database } from "../../app/db/client.server";
import { startEmbeddedPostgres } from "../../app/db/embedded.server";
import { applyMigrations } from "../../app/db/migrate.server";
import { nextStamp } from "../../app/db/stamps.server";
import { createLog } from "../../app/log.server";
import { createParity } from "../../app/reconcile/create-parity.server";
import type { Parity } from "../../app/reconcile/parity.server";
import { createLimiter } from "../../app/stripe/limiter.server";
import { createStripeReader, type StripeReader } from "../../app/stripe/reader.server";
import { type SandboxProcess, type SandboxWish, startSandboxProcess } from "./sandbox-process";

/** A whole installation to measure: PostgreSQL as in production, Stripe's stand-in in a process of its own. */
export type Installation = {
  db: Database;
  parity: Parity;
  reader: StripeReader;
  sandbox: SandboxProcess;
  close(): Promise<void>;
};

export async function openInstallation(
  wish: SandboxWish,
  readsPerSecond: number,
  postgresOptions: { sharedBuffers?: string } = {},
): Promise<Installation> {
  const dir = await mkdtemp(path.join(tmpdir(), "parity-bench-"));
  const [sandbox, postgres] = await Promise.all([
    startSandboxProcess(wish),
    startEmbeddedPostgres({ dir, ...postgresOptions }),
  ]);
  await applyMigrations(postgres.url);
  const db = createDatabase(postgres.url);
  const log = createLog({ level: "silent" });
  const reader = createStripeReader({
    secretKey: sandbox.secretKey,
    apiBase: sandbox.url,
    limiter: createLimiter({
      backgroundPerSecond: readsPerSecond,
      interactivePerSecond: readsPerSecond,
      globalPerSecond: 100,
    }),
    nextStamp: () => nextStamp(db),
    log,
  });
  const parity = createParity({ db, stripe: reader, configuredAccountId: null, sandbox: false, log });
  await db.plan.create({
    data: { id: "army", name: "Army", soldiers: 5, prices: { create: { lookupKey: "army_yearly" } } },
  });
  await db.setting.create({ data: { key: "writes", value: "full" } });
  return {
    db,
    parity,
    reader,
    sandbox,
    async close() {
      await parity.close();
      await db.$disconnect();
      sandbox.stop();
      await postgres.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Users `u0000000`… who paid and of whom the database knows nothing, each with one locked workspace. */
export async function addNullUsers(db: Database, count: number): Promise<void> {
  await db.$executeRaw`
    INSERT INTO "User" (id, email, "emailVerified", name)
    SELECT 'u' || lpad(n::text, 7, '0'), 'u' || lpad(n::text, 7, '0') || '@example.com', true, 'Customer ' || n
    FROM generate_series(0, ${count - 1}::int) n`;
  await db.$executeRaw`
    INSERT INTO "Workspace" (id, "ownerId", name)
    SELECT 'w' || id, id, 'Workspace' FROM "User"`;
  await db.$executeRaw`ANALYZE`;
}

/** Rows inserted, updated and deleted so far, by table, as PostgreSQL counted them. */
export async function rowsWritten(db: Database, tables: readonly string[]): Promise<Map<string, number>> {
  // A connection reports what it wrote when it ends, and only now and then before.
  await db.$disconnect();
  const rows = await db.$queryRaw<{ table: string; written: number }[]>`
    SELECT relname AS table, (n_tup_ins + n_tup_upd + n_tup_del)::float8 AS written
    FROM pg_stat_user_tables WHERE relname = ANY(${[...tables]})`;
  return new Map(rows.map(({ table, written }) => [table, written]));
}

/** Runs a whole-account run to its end; seconds and the run. */
export async function timeFullRun(parity: Parity) {
  const started = performance.now();
  const { run } = await parity.runs.apply({ actor: { kind: "cron", id: null } });
  for (;;) {
    const after = await parity.runs.step(run.id, 60_000);
    if (after.state !== "running") return { run: after, seconds: (performance.now() - started) / 1000 };
  }
}

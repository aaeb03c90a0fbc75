import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { startEmbeddedPostgres } from "../../app/demo/postgres/embedded.server";
import { createCleaner } from "../../app/engine/retention/cleaner.server";
import { createDatabase, type Database } from "../../app/platform/client.server";
import { createLog } from "../../app/platform/log.server";
import { applyMigrations } from "../../app/platform/migrations/migrate.server";
import { queryRows } from "../../app/platform/query-rows.server";
import { sql } from "../../app/platform/sql.server";
import { print, printTable } from "./support/print";

// A year of rows, before and after it is cleaned: `npm run bench -- year [users]`.

const USERS = Number(process.argv[2] ?? 100_000);
/** What was measured at 100,000 users: 36 events and 12 runs a user and year, of which these wrote a repair. */
const EVENTS_A_USER = 36;
const RUNS_A_USER = 12;
const REPAIRS_A_USER = 6;
/** A run every ten minutes, and a full one each night, which writes a row for each of 150 in 10,000 users in review. */
const SCHEDULED = 52_560;
const FULL = 365;
const IN_REVIEW = 0.015;

async function addYear(db: Database): Promise<void> {
  const runs = USERS * RUNS_A_USER;
  const any = sql`now() - random() * interval '365 days'`;
  const customer = sql`'cus_' || substr(md5((g % ${USERS})::text), 1, 14)`;
  await db.$executeRaw`
    INSERT INTO parity."Run" (id, "actorKind", mode, scope, state, phase, cursor, total, synced, "createdAt", "finishedAt")
    SELECT 'one' || g, 'webhook', 'apply', 'one', 'done', 'finished', '{"phase":"finished"}', 1, (g <= ${USERS * REPAIRS_A_USER})::int, at, at
    FROM (SELECT g, ${any} AS at FROM generate_series(1, ${runs}::int) g) made`;
  await db.$executeRaw`
    INSERT INTO parity."Run" (id, "actorKind", mode, scope, state, phase, cursor, total, "stripeRequests", "createdAt", "finishedAt")
    SELECT scope || g, 'cron', 'apply', scope, 'done', 'finished', '{"phase":"finished"}', ${USERS}::int, 1, at, at FROM (
      SELECT g, 'incremental' AS scope, now() - g * interval '10 minutes' AS at FROM generate_series(1, ${SCHEDULED}::int) g
      UNION ALL SELECT g, 'full', now() - g * interval '1 day' FROM generate_series(1, ${FULL}::int) g) made`;
  await db.$executeRaw`
    INSERT INTO parity."RunUser" ("runId", "userId", verdict, outcome)
    SELECT 'full' || f, 'user' || u, 'unmapped_price', 'review'
    FROM generate_series(1, ${FULL}::int) f, generate_series(1, ${Math.ceil(USERS * IN_REVIEW)}::int) u`;
  const record = `{"user":{"plan":"army","subscriptionStatus":"active","cancelAtPeriodEnd":false},"billing":{"stripeSubscriptionId":"sub_1Nabcdefghijkl","stripePriceId":"price_1Nabcdefghijkl","status":"active","amount":20000,"currency":"usd"},"workspaces":[{"id":"w_00000001","status":"active","seats":5}]}`;
  await db.$executeRaw`
    INSERT INTO parity."Change" ("runId", "userId", verdict, before, after, grants, revokes, "actorKind", "createdAt")
    SELECT id, 'user' || (substr(id, 4)::int % ${USERS}), 'locked_out', ${record}::jsonb, ${record}::jsonb, true, false, 'webhook', "finishedAt"
    FROM parity."Run" WHERE scope = 'one' AND synced = 1`;
  await db.$executeRaw`
    INSERT INTO parity."StripeEvent" (id, type, created, "customerId", "storedVersion", "receivedAt", "settledAt")
    SELECT 'evt_' || md5(g::text), CASE g % 4 WHEN 0 THEN 'invoice.paid' ELSE 'customer.subscription.updated' END, at, ${customer}, g, at, at
    FROM (SELECT g, ${any} AS at FROM generate_series(1, ${USERS * EVENTS_A_USER}::int) g) made`;
  await db.$executeRaw`VACUUM ANALYZE`;
}

const sizeRow = z.object({ table: z.string(), rows: z.number(), mb: z.number() });
const listSizes = (db: Database) =>
  queryRows(
    db,
    sizeRow,
    sql`SELECT relname AS table, n_live_tup::float8 AS rows, (pg_total_relation_size(relid) / 1048576.0)::float8 AS mb
      FROM pg_stat_user_tables WHERE schemaname = 'parity' AND relname IN ('Run', 'RunUser', 'Change', 'StripeEvent') ORDER BY 1`,
  );

const dir = await mkdtemp(path.join(tmpdir(), "parity-bench-"));
const postgres = await startEmbeddedPostgres({ dir, fast: true, sharedBuffers: "512MB" });
const db = createDatabase(postgres.url);
try {
  await applyMigrations(postgres.url, { exampleTables: "app" });
  await addYear(db);
  const before = await listSizes(db);
  const started = performance.now();
  const { removed } = await createCleaner({ db, log: createLog({ level: "silent" }) }).clean({
    actor: { kind: "cron", id: null },
  });
  const seconds = (performance.now() - started) / 1000;
  await db.$executeRaw`VACUUM FULL ANALYZE`;
  const after = await listSizes(db);
  print(`A year at ${USERS} users, cleaned in ${seconds.toFixed(1)} s, the audit kept`);
  printTable([
    ["table", "rows", "MB", "removed", "rows after", "MB after (packed)"],
    ...before.map(({ table, rows, mb }) => {
      const left = after.find((one) => one.table === table);
      const gone = removed.find((one) => one.table === table)?.rows ?? 0;
      return [
        table,
        String(rows),
        mb.toFixed(0),
        String(gone),
        String(rows - gone),
        (left?.mb ?? 0).toFixed(0),
      ];
    }),
  ]);
} finally {
  await db.$disconnect();
  await postgres.stop();
  await rm(dir, { recursive: true, force: true });
}

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

// A year of rows, before and after it is cleaned: `npm run bench -- year [users …]`. Two sizes show what grows with the users.

const SIZES = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [5_000, 10_000];
/** What was measured at 100,000 users: 36 events and 12 runs a user and year, of which these wrote a repair. */
const EVENTS_A_USER = 36;
const RUNS_A_USER = 12;
const REPAIRS_A_USER = 6;
/** A run every ten minutes, and a full one each night, which writes a row for each of 150 in 10,000 users in review. */
const SCHEDULED = 52_560;
const FULL = 365;
const IN_REVIEW = 0.015;

/** How many users the line through two sizes is extended to. */
const EXTENDED = 100_000;
/** Staff, whatever the users: sessions of a year, and the results of webhooks by day. */
const SESSIONS = 2_500;

async function addYear(db: Database, users: number): Promise<void> {
  const runs = users * RUNS_A_USER;
  const any = sql`now() - random() * interval '365 days'`;
  const customer = sql`'cus_' || substr(md5((g % ${users})::text), 1, 14)`;
  await db.$executeRaw`
    INSERT INTO parity."Run" (id, "actorKind", mode, scope, state, phase, cursor, total, synced, "createdAt", "finishedAt")
    SELECT 'one' || g, 'webhook', 'apply', 'one', 'done', 'finished', '{"phase":"finished"}', 1, (g <= ${users * REPAIRS_A_USER})::int, at, at
    FROM (SELECT g, ${any} AS at FROM generate_series(1, ${runs}::int) g) made`;
  await db.$executeRaw`
    INSERT INTO parity."Run" (id, "actorKind", mode, scope, state, phase, cursor, total, "stripeRequests", "createdAt", "finishedAt")
    SELECT scope || g, 'cron', 'apply', scope, 'done', 'finished', '{"phase":"finished"}', ${users}::int, 1, at, at FROM (
      SELECT g, 'incremental' AS scope, now() - g * interval '10 minutes' AS at FROM generate_series(1, ${SCHEDULED}::int) g
      UNION ALL SELECT g, 'full', now() - g * interval '1 day' FROM generate_series(1, ${FULL}::int) g) made`;
  await db.$executeRaw`
    INSERT INTO parity."RunUser" ("runId", "userId", verdict, outcome)
    SELECT 'full' || f, 'user' || u, 'unmapped_price', 'review'
    FROM generate_series(1, ${FULL}::int) f, generate_series(1, ${Math.ceil(users * IN_REVIEW)}::int) u`;
  const record = `{"user":{"plan":"army","subscriptionStatus":"active","cancelAtPeriodEnd":false},"billing":{"stripeSubscriptionId":"sub_1Nabcdefghijkl","stripePriceId":"price_1Nabcdefghijkl","status":"active","amount":20000,"currency":"usd"},"workspaces":[{"id":"w_00000001","status":"active","seats":5}]}`;
  await db.$executeRaw`
    INSERT INTO parity."Change" ("runId", "userId", verdict, before, after, grants, revokes, "actorKind", "createdAt")
    SELECT id, 'user' || (substr(id, 4)::int % ${users}), 'locked_out', ${record}::jsonb, ${record}::jsonb, true, false, 'webhook', "finishedAt"
    FROM parity."Run" WHERE scope = 'one' AND synced = 1`;
  await db.$executeRaw`
    INSERT INTO parity."StripeEvent" (id, type, created, "customerId", "storedVersion", "receivedAt", "settledAt")
    SELECT 'evt_' || md5(g::text), CASE g % 4 WHEN 0 THEN 'invoice.paid' ELSE 'customer.subscription.updated' END, at, ${customer}, g, at, at
    FROM (SELECT g, ${any} AS at FROM generate_series(1, ${users * EVENTS_A_USER}::int) g) made`;
  await db.$executeRaw`
    INSERT INTO parity."WebhookDelivery" (day, outcome, count, "lastAt")
    SELECT (now() - day * interval '1 day')::date, outcome, 1, now() - day * interval '1 day'
    FROM generate_series(1, 365) day, (VALUES ('stored'), ('known'), ('ignored')) made(outcome)`;
  await db.$executeRaw`
    INSERT INTO parity."Staff" (id, email, name, role, "updatedAt") VALUES ('eva', 'eva@example.com', 'Eva', 'admin', now())`;
  await db.$executeRaw`
    INSERT INTO parity."StaffSession" (id, token, "userId", "createdAt", "updatedAt", "expiresAt")
    SELECT 's' || g, md5(g::text), 'eva', at, at, at + interval '7 days'
    FROM (SELECT g, ${any} AS at FROM generate_series(1, ${SESSIONS}::int) g) made`;
  await db.$executeRaw`VACUUM ANALYZE`;
}

const sizeRow = z.object({ table: z.string(), rows: z.number(), mb: z.number() });
type Size = z.output<typeof sizeRow>;
const listSizes = (db: Database) =>
  queryRows(
    db,
    sizeRow,
    sql`SELECT relname AS table, reltuples::float8 AS rows, (pg_total_relation_size(oid) / 1048576.0)::float8 AS mb
      FROM pg_class
      WHERE relnamespace = 'parity'::regnamespace AND relname IN ('Run', 'RunUser', 'Change', 'StripeEvent', 'StaffSession', 'WebhookDelivery') ORDER BY 1`,
  );

type Year = { users: number; before: Size[]; after: Size[]; seconds: number };

/** A year in a PostgreSQL of its own, cleaned with the lives that come with Parity, and packed. */
async function simulateYear(users: number): Promise<Year> {
  const dir = await mkdtemp(path.join(tmpdir(), "parity-bench-"));
  const postgres = await startEmbeddedPostgres({ dir, fast: true, sharedBuffers: "512MB" });
  const db = createDatabase(postgres.url);
  try {
    await applyMigrations(postgres.url, { exampleTables: "app" });
    await addYear(db, users);
    const before = await listSizes(db);
    const started = performance.now();
    await createCleaner({ db, log: createLog({ level: "silent" }) }).clean({
      actor: { kind: "cron", id: null },
    });
    const seconds = (performance.now() - started) / 1000;
    await db.$executeRaw`VACUUM FULL ANALYZE`;
    return { users, before, after: await listSizes(db), seconds };
  } finally {
    await db.$disconnect();
    await postgres.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

const sum = (sizes: readonly Size[]): Size => ({
  table: "all",
  rows: sizes.reduce((total, { rows }) => total + rows, 0),
  mb: sizes.reduce((total, { mb }) => total + mb, 0),
});
const find = (sizes: readonly Size[], table: string) =>
  table === "all" ? sum(sizes) : sizes.find((one) => one.table === table);

const years: Year[] = [];
for (const users of SIZES) years.push(await simulateYear(users));
const show = (size: Size | undefined) => `${size?.rows ?? 0} / ${(size?.mb ?? 0).toFixed(0)}`;
print("A year of rows, cleaned, the audit kept: rows / MB (after it: packed)");
printTable([
  ["table", ...years.flatMap(({ users }) => [`${users} users`, "after"])],
  ...[...(years[0]?.before ?? []).map(({ table }) => table), "all"].map((table) => [
    table,
    ...years.flatMap(({ before, after }) => [show(find(before, table)), show(find(after, table))]),
  ]),
]);
for (const { users, seconds } of years) print(`${users} users: cleaned in ${seconds.toFixed(1)} s`);
const [small, large] = years;
if (small && large) {
  // What a user adds, and what is there without any: a straight line through both.
  const perUser = (pick: (year: Year) => number) => (pick(large) - pick(small)) / (large.users - small.users);
  const extend = (pick: (year: Year) => number) => pick(large) + perUser(pick) * (EXTENDED - large.users);
  const before = extend((year) => sum(year.before).mb);
  const after = extend((year) => sum(year.after).mb);
  print(`On that line ${EXTENDED} users are ${before.toFixed(0)} MB, ${after.toFixed(0)} MB after`);
}

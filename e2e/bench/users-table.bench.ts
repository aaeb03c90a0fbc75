import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  countPendingRevocations,
  countUnlinkedCustomers,
  countUsersWithVerdict,
  sumMoneyAtStake,
} from "../../app/dashboard/account-facts.server";
import { createCountCache } from "../../app/dashboard/count-cache.server";
import { countOverview } from "../../app/dashboard/overview.server";
import { loadUserViews } from "../../app/dashboard/user-pages.server";
import { NONE } from "../../app/dashboard/users-list/filters";
import { createUsersList } from "../../app/dashboard/users-list/users-list.server";
import { EMPTY_QUERY, type UsersQuery } from "../../app/dashboard/users-list/users-query";
import { startEmbeddedPostgres } from "../../app/demo/postgres/embedded.server";
import { revocationLimitHasRoom } from "../../app/engine/repair/revocation-limit.server";
import { createDatabase } from "../../app/platform/client.server";
import { applyMigrations } from "../../app/platform/migrations/migrate.server";
import { computePercentile, print, printTable } from "./support/print";
import { addUsersTable } from "./support/users-table-data";
import { listDeepPages, listPageRequests, type PageRequest } from "./support/users-table-mix";
import { loadNaivePage } from "./support/users-table-naive";
import { measureBulkUpdates } from "./support/users-table-writes";

// The users table at 1,000,000 users: `npm run bench -- users-table [users] [naive queries of each kind] [memory]`.

const USERS = Number(process.argv[2] ?? 1_000_000);
const NAIVE = Number(process.argv[3] ?? 12);
const SHARED_BUFFERS = process.argv[4] ?? "1GB";
const ROUNDS = 2;
const SLOWEST = 15;

const formatMs = (value: number) => value.toFixed(1);
const formatPercentiles = (times: number[]) =>
  [0.5, 0.95, 1].map((part) => formatMs(computePercentile(times, part)));
async function measureMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const dir = await mkdtemp(path.join(tmpdir(), "parity-bench-"));
const postgres = await startEmbeddedPostgres({ dir, sharedBuffers: SHARED_BUFFERS });
// A statement that fills a table of a million users may take minutes.
const db = createDatabase(postgres.url, { statementTimeoutMs: 3_600_000 });
try {
  await applyMigrations(postgres.url, { exampleTables: "app" });
  const seconds = (await measureMs(() => addUsersTable(db, USERS))) / 1000;
  print(`Users table, ${USERS} users (made in ${seconds.toFixed(0)} s)`);
  const list = createUsersList({ db, countCache: createCountCache(db) });
  await list.loadPage(EMPTY_QUERY); // starts the search for users without a sync status
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const asked = [...(await listPageRequests(db)), ...(await listDeepPages(list))];

  const samples = new Map<PageRequest, { ids: number[]; rows: number[] }>();
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const one of asked) {
      let ids: string[] = [];
      const finding = await measureMs(async () => {
        const page = await list.loadPage(one.query);
        if (!page.ok) throw new Error(`${one.name}: ${page.reason}`);
        ids = page.ids;
      });
      const views = await measureMs(() => Promise.all([loadUserViews(db, ids), list.listPlans()]));
      if (round === 0) continue; // the first one finds the tables cold
      const sample = samples.get(one) ?? { ids: [], rows: [] };
      sample.ids.push(finding);
      sample.rows.push(finding + views);
      samples.set(one, sample);
    }

  const kinds = [...new Set(asked.map(({ kind }) => kind))];
  const listTimes = (kind: string | null, what: "ids" | "rows") =>
    [...samples].flatMap(([one, sample]) => (kind === null || one.kind === kind ? sample[what] : []));
  const naive = new Map<string, number[]>();
  for (const kind of kinds) {
    const some = asked.filter((one) => one.kind === kind);
    const step = Math.max(1, Math.floor(some.length / NAIVE));
    const times: number[] = [];
    for (let n = 0; n < some.length && times.length < NAIVE; n += step) {
      const one = some[n];
      if (one) times.push(await measureMs(() => loadNaivePage(db, one.query, one.deep)));
    }
    naive.set(kind, times);
  }
  print(
    `  ms; "rows": found, and evaluated again for the screen; "naive": one join, ILIKE and OFFSET, ${NAIVE} of each kind`,
  );
  printTable([
    ["", "queries", "rows p50", "p95", "max", "found p50", "p95", "max", "naive p50", "p95", "max"],
    ...[...kinds, null].map((kind) => [
      kind ?? "all",
      String(listTimes(kind, "rows").length / ROUNDS),
      ...formatPercentiles(listTimes(kind, "rows")),
      ...formatPercentiles(listTimes(kind, "ids")),
      ...formatPercentiles(kind === null ? [...naive.values()].flat() : (naive.get(kind) ?? [])),
    ]),
  ]);
  print("  slowest:");
  const slowest = [...samples].sort(([, one], [, other]) => Math.max(...other.rows) - Math.max(...one.rows));
  for (const [{ kind, name }, { rows }] of slowest.slice(0, SLOWEST))
    print(`    ${formatMs(Math.max(...rows)).padStart(8)}  ${kind}: ${name}`);

  const count = (name: string, some: Partial<UsersQuery>) =>
    [name, () => list.count({ ...EMPTY_QUERY, ...some })] as const;
  const counts = [
    count("users", {}),
    count("users in sync", { verdicts: ["in_sync"] }),
    count("users with access without payment", { verdicts: ["unpaid_access"] }),
    count("users with Army", { plans: ["army"] }),
    count("users without a plan", { plans: [NONE] }),
    count("users active at Stripe", { statuses: ["active"] }),
    count("users with a flag", { flags: ["comped"] }),
    count("users found: gmail.com", { q: "gmail.com" }),
    count("users found: schmid", { q: "schmid" }),
    count("users found: xu", { q: "xu" }),
    ["verdicts", list.countVerdicts],
    ["frame: locked out", () => countUsersWithVerdict(db, "locked_out")],
    ["frame: money at stake", () => sumMoneyAtStake(db)],
    ["frame: waiting revocations", () => countPendingRevocations(db)],
    ["frame: unclaimed customers", () => countUnlinkedCustomers(db)],
    ["overview, all of it", () => countOverview(db)],
    ["revocation limit", () => revocationLimitHasRoom(db, { percent: 2, minimum: 2 })],
  ] as const;
  print("  counts, each alone, ms:");
  const rows: string[][] = [];
  for (const [name, ask] of counts) {
    await measureMs(ask);
    rows.push([name, formatMs(await measureMs(ask))]);
  }
  printTable(rows);

  const [state] = await db.$queryRaw<{ buffers: string; used: number; hits: number }[]>`
    SELECT current_setting('shared_buffers') AS buffers,
      (SELECT pg_database_size(current_database()) / 1048576)::int AS used,
      (SELECT 100.0 * blks_hit / (blks_hit + blks_read) FROM pg_stat_database
        WHERE datname = current_database())::float8 AS hits`;
  if (state)
    print(
      `  PostgreSQL: shared_buffers ${state.buffers}, database ${state.used} MB, ${formatMs(state.hits)} % of blocks found in them`,
    );
  printTable(await measureBulkUpdates(db));
} finally {
  await db.$disconnect();
  await postgres.stop();
  await rm(dir, { recursive: true, force: true });
}

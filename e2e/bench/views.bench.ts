import { FACETS } from "../../app/dashboard/facets/facet-names";
import { CAUSES } from "../../app/dashboard/health/causes";
import { QUEUE_IDS } from "../../app/dashboard/inbox/queues";
import { SORT_CHOICES } from "../../app/dashboard/users-list/columns";
import { CHECKED } from "../../app/dashboard/users-list/filters";
import { EMPTY_QUERY, usersPath } from "../../app/dashboard/users-list/users-query";
import { addHistory, BENCH_RUN } from "./support/history-data";
import { openInstallation } from "./support/installation";
import { type PagesProcess, startPagesProcess } from "./support/pages-process";
import { computePercentile, print, printTable } from "./support/print";
import { measureProcessorTime } from "./support/processor-time";
import { openStatements, STATEMENTS_LIBRARY } from "./support/statements";
import { addUsersTable } from "./support/users-table-data";
import { fillWithoutIndexes } from "./support/without-indexes";

// The server's time for what each staff page shows: `npm run bench -- views 1000000 [rounds] [part of a view's name]`.
// "rows": until the page comes; "all": until what follows it has come too, such as slow counts. The first answer counts anew; later
// ones may find a slow count in the cache, which keeps it for fifteen seconds. "Node", "PostgreSQL": processor time of an answer, which
// other work on the machine does not change much. "pages": what the database reads for the first answer, 8 kB each.

const USERS = Number(process.argv[2] ?? 100_000);
const ROUNDS = Number(process.argv[3] ?? 20);
const ONLY = process.argv[4] ?? "";
const DAY = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);

/** A statement that reads more is printed: it may read a whole table. */
const GREEDY_PAGES = USERS / 20;

type View = { name: string; path: string };

const HEAD = [
  "ms",
  "first: rows",
  "all",
  "Node",
  "PostgreSQL",
  "later: rows p50",
  "p95",
  "all p95",
  "Node",
  "PostgreSQL",
  "pages",
];

const bench = await openInstallation({ customers: 1, latencyMs: 0, perSecond: null }, 1_000, {
  sharedBuffers: "1GB",
  preload: STATEMENTS_LIBRARY,
});
try {
  await bench.db.planPrice.deleteMany();
  await bench.db.plan.deleteMany();
  const startedAt = performance.now();
  await fillWithoutIndexes(bench.db, async () => {
    await addUsersTable(bench.db, USERS);
    await addHistory(bench.db);
  });
  print(`Views, ${USERS} users (made in ${((performance.now() - startedAt) / 1000).toFixed(0)} s), ms`);
  const pages = await startPagesProcess({
    databaseUrl: bench.url,
    stripeUrl: bench.sandbox.url,
    secretKey: bench.sandbox.secretKey,
  });
  try {
    const statements = await openStatements(bench.db);
    const rows = [HEAD];
    const greedy: string[] = [];
    for (const { name, path } of (await listViews()).filter((one) => one.name.includes(ONLY))) {
      let first: Timed | null = null;
      const read = await statements.measure(async () => {
        first = await measure(pages, path, 1);
      });
      if (read.mostPages > GREEDY_PAGES) greedy.push(`${name}: ${read.mostPages} pages: ${read.most}`);
      const later = await measure(pages, path, ROUNDS);
      rows.push([name, ...formatTimed(first), ...formatTimed(later), String(read.pages)]);
    }
    printTable(rows);
    for (const line of greedy) print(line.replace(/\s+/g, " "));
  } finally {
    pages.stop();
  }
} finally {
  await bench.close();
}

/** Milliseconds; processor time of one answer. */
type Timed = { rows: number[]; all: number[]; node: number; postgres: number | null };

function formatTimed(timed: Timed | null): string[] {
  if (timed === null) return [];
  const { rows, all, node, postgres } = timed;
  const walls =
    rows.length === 1
      ? [rows, all].map(([one]) => one ?? 0)
      : [0.5, 0.95].map((part) => computePercentile(rows, part));
  const most = rows.length === 1 ? [] : [computePercentile(all, 0.95)];
  return [...walls, ...most, node, postgres].map((ms) => (ms === null ? "unknown" : ms.toFixed(1)));
}

async function measure(pages: PagesProcess, path: string, rounds: number): Promise<Timed> {
  const times: Timed = { rows: [], all: [], node: 0, postgres: null };
  const ask = async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { rows, all } = await time(pages, path);
      times.rows.push(rows);
      times.all.push(all);
    }
  };
  const { value, processor } = await pages.measure(() => measureProcessorTime(bench.db, ask));
  const { postgres } = value.used;
  return {
    ...times,
    node: processor / 1000 / rounds,
    postgres: postgres === null ? null : postgres / 1000 / rounds,
  };
}

async function listViews(): Promise<View[]> {
  const page = (name: string, path: string, routeId: string): View => {
    // As Remix asks for the data of one route.
    const url = new URL(path, "http://bench");
    url.searchParams.set("_routes", `routes/${routeId}`);
    return { name, path: `${url.pathname === "/" ? "/_root" : url.pathname}.data${url.search}` };
  };
  const users = (name: string, change: Parameters<typeof usersPath>[1]) =>
    page(`users, ${name}`, usersPath(EMPTY_QUERY, change), "_staff.users._index");
  const [someone] = await bench.db.syncStatus.findMany({ where: { verdict: "locked_out" }, take: 1 });
  const userId = someone?.userId ?? "";
  return [
    page("frame of every page", "/", "_staff"),
    page("inbox", "/", "_staff._index"),
    ...QUEUE_IDS.map((queue) => page(`inbox, ${queue}`, `/?queue=${queue}`, "_staff._index")),
    users("all", {}),
    ...SORT_CHOICES.map(({ label, sort, reversed }) => users(`sorted: ${label}`, { sort, reversed })),
    users("locked out, by money", { verdicts: ["locked_out"], sort: "money" }),
    users("one flag", { flags: ["several"] }),
    users("one plan", { plans: ["army"] }),
    users("one status", { statuses: ["past_due"] }),
    ...CHECKED.map((checked) => users(`checked: ${checked}`, { checked })),
    ...CAUSES.map((cause) => users(`cause: ${cause}`, { causes: [cause] })),
    users("search", { q: "okafor" }),
    ...FACETS.map((facet) =>
      page(`counts of the filter ${facet}`, `/users/facets?facet=${facet}`, "users.facets"),
    ),
    page("one user", `/users/${userId}`, "_staff.users.$userId"),
    page("plans", "/plans", "_staff.plans"),
    page("pending revocations", "/revocations", "_staff.revocations"),
    page("runs", "/runs", "_staff.runs._index"),
    page("one run over a tenth of the users", `/runs/${BENCH_RUN}`, "_staff.runs.$runId"),
    page("activity", "/activity", "_staff.activity"),
    page("activity, one kind", "/activity?kind=hold", "_staff.activity"),
    page("activity, 30 days ago", `/activity?to=${DAY}`, "_staff.activity"),
    page("activity of staff", "/activity?actor=command_line:", "_staff.activity"),
    page("activity of one user", `/activity?user=${userId}`, "_staff.activity"),
    page("health, trend and causes", "/health", "_staff.health"),
    page("alerts", "/alerts", "_staff.alerts"),
    page("team", "/team", "_staff.team"),
    page("settings", "/settings", "_staff.settings"),
    page("palette", "/palette?q=okafor", "palette"),
  ];
}

/** Until the answer begins, and until everything has arrived, also what follows later. */
async function time({ url, cookie }: PagesProcess, path: string): Promise<{ rows: number; all: number }> {
  const startedAt = performance.now();
  const answer = await fetch(`${url}${path}`, { headers: { cookie }, redirect: "manual" });
  const rows = performance.now() - startedAt;
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return { rows, all: performance.now() - startedAt };
}

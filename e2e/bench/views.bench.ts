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
import { openStatements, STATEMENTS_LIBRARY } from "./support/statements";
import { addUsersTable } from "./support/users-table-data";

// The server's time for what each staff page shows, counts that follow later included: `npm run bench -- views 1000000 [rounds]`.
// "pages read": by the database for the first answer, 8 kB each. The first answer counts anew; later ones may find a slow count in the cache, which keeps it for fifteen seconds.

const USERS = Number(process.argv[2] ?? 100_000);
const ROUNDS = Number(process.argv[3] ?? 8);
const DAY = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);

/** A statement that reads more is printed: it may read a whole table. */
const GREEDY_PAGES = USERS / 20;

type View = { name: string; path: string };

const bench = await openInstallation({ customers: 1, latencyMs: 0, perSecond: null }, 1_000, {
  sharedBuffers: "1GB",
  preload: STATEMENTS_LIBRARY,
});
try {
  await bench.db.planPrice.deleteMany();
  await bench.db.plan.deleteMany();
  const startedAt = performance.now();
  await addUsersTable(bench.db, USERS);
  await addHistory(bench.db);
  print(`Views, ${USERS} users (made in ${((performance.now() - startedAt) / 1000).toFixed(0)} s), ms`);
  const pages = await startPagesProcess({
    databaseUrl: bench.url,
    stripeUrl: bench.sandbox.url,
    secretKey: bench.sandbox.secretKey,
  });
  try {
    const statements = await openStatements(bench.db);
    const rows = [["", "first", "p50", "p95", "pages read"]];
    const greedy: string[] = [];
    for (const { name, path } of await listViews()) {
      let first = 0;
      const read = await statements.measure(async () => {
        first = await time(pages, path);
      });
      if (read.mostPages > GREEDY_PAGES) greedy.push(`${name}: ${read.mostPages} pages: ${read.most}`);
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) times.push(await time(pages, path));
      rows.push([
        name,
        ...[first, computePercentile(times, 0.5), computePercentile(times, 0.95)].map(format),
        String(read.pages),
      ]);
    }
    printTable(rows);
    for (const line of greedy) print(line.replace(/\s+/g, " "));
  } finally {
    pages.stop();
  }
} finally {
  await bench.close();
}

function format(ms: number): string {
  return ms.toFixed(1);
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

/** Until everything has arrived, also what follows later. */
async function time({ url, cookie }: PagesProcess, path: string): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(`${url}${path}`, { headers: { cookie }, redirect: "manual" });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return performance.now() - startedAt;
}

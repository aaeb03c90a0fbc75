import { addNullUsers, openInstallation, timeRun } from "./support/installation";
import { type PagesProcess, startPagesProcess } from "./support/pages-process";
import { computePercentile, print, printTable } from "./support/print";
import { measureProcessorTime } from "./support/processor-time";
import { toUserId } from "./support/sandbox-process";

// Pages of the dashboard under load, in a process of their own: what drawing a page costs, how long five pages a second
// take, alone and beside a full run in the same process, and how late the event loop is. `npm run bench -- pages 100000`

const USERS = Number(process.argv[2] ?? 100_000);
const WARM_UP = 60;
const DRAWN = 150;
const PER_SECOND = 5;
const ALONE_SECONDS = 20;
const PAGES = ["/users", "/", `/users?q=customer+12`, "/runs", `/users/${toUserId(7)}`];

const bench = await openInstallation({ customers: USERS, latencyMs: 0, perSecond: null }, 1_000);
try {
  print(`Pages, ${USERS} users`);
  await addNullUsers(bench.db, USERS);
  await timeRun(bench.db, bench.parity, "full");
  await bench.db.$executeRaw`ANALYZE`;
  const pages = await startPagesProcess({
    databaseUrl: bench.url,
    stripeUrl: bench.sandbox.url,
    secretKey: bench.sandbox.secretKey,
  });
  try {
    await measureDrawing(pages);
    await measureLoad(pages);
  } finally {
    pages.stop();
  }
} finally {
  await bench.close();
}

async function measureDrawing(pages: PagesProcess): Promise<void> {
  const rows = [["drawn one after another", "Node ms a page", "PostgreSQL ms a page", "KB"]];
  for (const page of PAGES) {
    for (let n = 0; n < WARM_UP; n += 1) await get(pages, page);
    let bytes = 0;
    const draw = async () => {
      for (let n = 0; n < DRAWN; n += 1) bytes += (await get(pages, page)).bytes;
    };
    const { value, processor } = await pages.measure(() => measureProcessorTime(bench.db, draw));
    const { postgres } = value.used;
    rows.push([
      page,
      (processor / 1000 / DRAWN).toFixed(1),
      postgres === null ? "unknown" : (postgres / 1000 / DRAWN).toFixed(1),
      (bytes / 1024 / DRAWN).toFixed(0),
    ]);
  }
  printTable(rows);
}

async function measureLoad(pages: PagesProcess): Promise<void> {
  const rows = [
    [
      "five pages a second",
      "seconds",
      "pages",
      "p50 ms",
      "p95 ms",
      "p99 ms",
      "event loop late p50 ms",
      "p99 ms",
      "most ms",
    ],
  ];
  const measure = async (name: string, until: (stop: () => void) => void) => {
    const startedAt = performance.now();
    const { value, delayP50, delayP99, delayMax } = await pages.measure(() => load(pages, until));
    rows.push([
      name,
      ((performance.now() - startedAt) / 1000).toFixed(0),
      String(value.length),
      ...[0.5, 0.95, 0.99].map((part) => computePercentile(value, part).toFixed(0)),
      ...[delayP50, delayP99, delayMax].map((ms) => ms.toFixed(0)),
    ]);
  };
  await measure("alone", (stop) => void setTimeout(stop, ALONE_SECONDS * 1000));
  await measure("beside a full run in the same process", (stop) => void pages.runInProcess().then(stop));
  printTable(rows);
}

/** Asks for a page five times a second, however late the answers are, until stopped. How long each took. */
async function load(pages: PagesProcess, until: (stop: () => void) => void): Promise<number[]> {
  const times: number[] = [];
  const waiting: Promise<void>[] = [];
  let asked = 0;
  const ask = async () => {
    const page = PAGES[asked % PAGES.length] ?? "/";
    asked += 1;
    const startedAt = performance.now();
    await get(pages, page);
    times.push(performance.now() - startedAt);
  };
  const timer = setInterval(() => waiting.push(ask()), 1000 / PER_SECOND);
  await new Promise<void>(until);
  clearInterval(timer);
  await Promise.all(waiting);
  return times;
}

async function get({ url, cookie }: PagesProcess, page: string): Promise<{ bytes: number }> {
  const answer = await fetch(`${url}${page}`, { headers: { cookie }, redirect: "manual" });
  const body = await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${page} answered ${answer.status}`);
  return { bytes: body.byteLength };
}

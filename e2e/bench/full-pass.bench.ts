import { FLOOR_THERE, measureFloor } from "./support/floor";
import {
  addNullUsers,
  type Installation,
  openInstallation,
  rowsWritten,
  timeRun,
} from "./support/installation";
import { say, table } from "./support/print";
import { measureProcessorTime, microsEach } from "./support/processor-time";
import { userId } from "./support/sandbox-process";

// Users who have paid and are NULL in the database: a first full pass that repairs them all, while nothing is known of
// the list; then passes over unchanged state. Evenly made subscriptions, and half of all in one second. Beside it the
// limit (pages at the endpoint's ceiling) and the per-user way (customer and subscriptions of each user) at the same
// ceiling, on a sample; and fetching and parsing alone, by which this machine compares with the one that the figures to
// reach were set on. `npm run bench -- full-pass 100000`

const USERS = Number(process.argv[2] ?? 10_000);
const SAMPLE = 100;
const PER_SECOND = 25;
const LATENCY_MS = 120;
const APPLICATION = ["User", "BillingSubscription", "Workspace", "Change"];

const limit = USERS / 100 / PER_SECOND;
const rows = [
  [
    "",
    "requests",
    "read s",
    "of the limit",
    "evaluated s",
    "synced",
    "in sync",
    "Node a user",
    "PostgreSQL a user",
  ],
];

let floor = 0;

say(`Full pass, ${USERS} users, ceiling ${PER_SECOND} requests/s, ${LATENCY_MS} ms each`);
for (const halfInOneSecond of [false, true]) {
  const name = halfInOneSecond ? "half in one second" : "one a minute";
  const wish = { customers: USERS, latencyMs: LATENCY_MS, perSecond: PER_SECOND, halfInOneSecond };
  const bench = await openInstallation(wish, PER_SECOND);
  try {
    await addNullUsers(bench.db, USERS);
    await pass(bench, `${name}, first`);
    await pass(bench, `${name}, again`);
    const before = await rowsWritten(bench.db, APPLICATION);
    await pass(bench, `${name}, unchanged`);
    const after = await rowsWritten(bench.db, APPLICATION);
    const written = APPLICATION.map(
      (table) => `${table} ${(after.get(table) ?? 0) - (before.get(table) ?? 0)}`,
    );
    rows.push([`  rows written: ${written.join(", ")}`]);
    if (!halfInOneSecond) {
      await perUser(bench);
      floor = await measureFloor(bench.sandbox);
    }
  } finally {
    await bench.close();
  }
}
rows.push(["limit: pages at the ceiling", String(Math.ceil(USERS / 100)), limit.toFixed(1), "1.00"]);
rows.push(["fetching and parsing alone", "", "", "", "", "", "", microsEach(floor, 1)]);
rows.push([
  "to reach",
  String(Math.floor((1.05 * USERS) / 100 + 16)),
  (1.15 * limit).toFixed(1),
  "1.15 (half: 2.30)",
  "",
  "",
  "",
  `80 µs where that is ${FLOOR_THERE}: here ${((80 * floor) / FLOOR_THERE).toFixed(0)}`,
]);
table(rows);

async function pass({ db, parity }: Installation, name: string): Promise<void> {
  const { value, used } = await measureProcessorTime(db, () => timeRun(db, parity, "full"));
  const { run, seconds, readSeconds } = value;
  rows.push([
    name,
    String(run.stripeRequests),
    readSeconds.toFixed(1),
    (readSeconds / limit).toFixed(2),
    (seconds - readSeconds).toFixed(1),
    String(run.synced),
    String(run.skipped),
    microsEach(used.node, USERS),
    microsEach(used.postgres, USERS),
  ]);
}

async function perUser({ db, reader }: Installation): Promise<void> {
  const started = performance.now();
  const how = { priority: "background", deadlineMs: 30_000 } as const;
  const customers = await db.user.findMany({ take: SAMPLE, select: { stripeCustomerId: true } });
  await Promise.all(
    customers.map(async ({ stripeCustomerId }) => {
      const id = stripeCustomerId ?? userId(0);
      await reader.customer(id, how);
      await reader.subscriptionsPage({ customer: id }, how);
    }),
  );
  const seconds = ((performance.now() - started) / 1000 / SAMPLE) * USERS;
  rows.push([
    `per user (from ${SAMPLE})`,
    String(2 * USERS),
    seconds.toFixed(0),
    (seconds / limit).toFixed(1),
  ]);
}

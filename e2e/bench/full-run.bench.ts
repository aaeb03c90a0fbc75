import {
  addNullUsers,
  countRowsWritten,
  type Installation,
  openInstallation,
  timeRun,
} from "./support/installation";
import { measureMinimum, REFERENCE_MINIMUM } from "./support/minimum-cost";
import { print, printTable } from "./support/print";
import { formatMicrosEach, measureProcessorTime } from "./support/processor-time";
import { toUserId } from "./support/sandbox-process";

// Users that have paid and have an empty record: a first full run that repairs them all, then runs without changes.
// Subscriptions created one a minute, and half of them in one second. For comparison: the limit (pages at the endpoint's
// ceiling); one user at a time (customer and subscriptions of each) at the same ceiling, on a sample; and fetching and
// parsing alone, to compare this machine with the one that the targets were set on. `npm run bench -- full-run 100000`

const USERS = Number(process.argv[2] ?? 10_000);
const SAMPLE = 100;
const PER_SECOND = 25;
const LATENCY_MS = 120;
const APPLICATION_TABLES = ["User", "BillingSubscription", "Workspace", "Change"];

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

let minimum = 0;

print(`Full run, ${USERS} users, ceiling ${PER_SECOND} requests/s, ${LATENCY_MS} ms each`);
for (const halfInOneSecond of [false, true]) {
  const name = halfInOneSecond ? "half in one second" : "one a minute";
  const sandboxOptions = { customers: USERS, latencyMs: LATENCY_MS, perSecond: PER_SECOND, halfInOneSecond };
  const bench = await openInstallation(sandboxOptions, PER_SECOND);
  try {
    await addNullUsers(bench.db, USERS);
    await measureRun(bench, `${name}, first`);
    await measureRun(bench, `${name}, again`);
    const before = await countRowsWritten(bench.db, APPLICATION_TABLES);
    await measureRun(bench, `${name}, unchanged`);
    const after = await countRowsWritten(bench.db, APPLICATION_TABLES);
    const written = APPLICATION_TABLES.map(
      (table) => `${table} ${(after.get(table) ?? 0) - (before.get(table) ?? 0)}`,
    );
    rows.push([`  rows written: ${written.join(", ")}`]);
    if (!halfInOneSecond) {
      await measurePerUser(bench);
      minimum = await measureMinimum(bench.sandbox);
    }
  } finally {
    await bench.close();
  }
}
rows.push(["limit: pages at the ceiling", String(Math.ceil(USERS / 100)), limit.toFixed(1), "1.00"]);
rows.push(["fetching and parsing only", "", "", "", "", "", "", formatMicrosEach(minimum, 1)]);
rows.push([
  "target",
  String(Math.floor((1.05 * USERS) / 100 + 16)),
  (1.15 * limit).toFixed(1),
  "1.15 (half: 2.30)",
  "",
  "",
  "",
  `80 µs where parsing takes ${REFERENCE_MINIMUM}: here ${((80 * minimum) / REFERENCE_MINIMUM).toFixed(0)}`,
]);
printTable(rows);

async function measureRun({ db, parity }: Installation, name: string): Promise<void> {
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
    formatMicrosEach(used.node, USERS),
    formatMicrosEach(used.postgres, USERS),
  ]);
}

async function measurePerUser({ db, reader }: Installation): Promise<void> {
  const started = performance.now();
  const options = { priority: "background", deadlineMs: 30_000 } as const;
  const customers = await db.user.findMany({ take: SAMPLE, select: { stripeCustomerId: true } });
  await Promise.all(
    customers.map(async ({ stripeCustomerId }) => {
      const id = stripeCustomerId ?? toUserId(0);
      await reader.readCustomer(id, options);
      await reader.listSubscriptions({ customer: id }, options);
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

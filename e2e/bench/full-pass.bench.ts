import { addNullUsers, openInstallation, rowsWritten, timeFullRun } from "./installation";
import { say, table } from "./print";
import { userId } from "./sandbox-process";

// Users who have paid and are NULL in the database: one full pass that repairs them all, then one over unchanged
// state; beside it the per-user way (customer and subscriptions of each user) at the same ceiling, on a sample.

const USERS = Number(process.argv[2] ?? 10_000);
const SAMPLE = 100;
const PER_SECOND = 25;
const LATENCY_MS = 120;
const APPLICATION = ["User", "BillingSubscription", "Workspace", "Change"];

const bench = await openInstallation(
  { customers: USERS, latencyMs: LATENCY_MS, perSecond: PER_SECOND },
  PER_SECOND,
);
try {
  await addNullUsers(bench.db, USERS);
  say(`Full pass, ${USERS} users, ceiling ${PER_SECOND} requests/s, ${LATENCY_MS} ms each`);
  const cold = await timeFullRun(bench.parity);
  const before = await rowsWritten(bench.db, APPLICATION);
  const cpu = process.cpuUsage();
  const again = await timeFullRun(bench.parity);
  const used = process.cpuUsage(cpu);
  const after = await rowsWritten(bench.db, APPLICATION);
  const changed = APPLICATION.map((name) => `${name} ${(after.get(name) ?? 0) - (before.get(name) ?? 0)}`);

  const started = performance.now();
  const how = { priority: "background", deadlineMs: 30_000 } as const;
  const customers = await bench.db.user.findMany({ take: SAMPLE, select: { stripeCustomerId: true } });
  await Promise.all(
    customers.map(async ({ stripeCustomerId }) => {
      const id = stripeCustomerId ?? userId(0);
      await bench.reader.customer(id, how);
      await bench.reader.subscriptionsPage({ customer: id }, how);
    }),
  );
  const perUser = (performance.now() - started) / 1000 / SAMPLE;

  table([
    ["", "requests", "seconds", "synced", "in step"],
    [
      "first pass",
      String(cold.run.stripeRequests),
      cold.seconds.toFixed(1),
      String(cold.run.synced),
      String(cold.run.skipped),
    ],
    [
      "second pass",
      String(again.run.stripeRequests),
      again.seconds.toFixed(1),
      String(again.run.synced),
      String(again.run.skipped),
    ],
    [`per user (from ${SAMPLE})`, String(2 * USERS), (perUser * USERS).toFixed(0), "", ""],
    [
      "limit: pages at the ceiling",
      String(Math.ceil(USERS / 100)),
      (USERS / 100 / PER_SECOND).toFixed(1),
      "",
      "",
    ],
  ]);
  say(`  rows written by the second pass: ${changed.join(", ")}`);
  const micros = (used.user + used.system) / USERS;
  say(`  processor time of the second pass, this process: ${micros.toFixed(0)} µs a user`);
} finally {
  await bench.close();
}

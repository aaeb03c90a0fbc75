import { addNullUsers, openInstallation, timeRun } from "./support/installation";
import { say, table } from "./support/print";
import { measureProcessorTime } from "./support/processor-time";

// A tick over everybody in sync, with so many changed: requests and seconds, beside the per-user way, which asks twice
// for each user whatever has changed. `npm run bench -- tick 1000000`

const USERS = Number(process.argv[2] ?? 100_000);
const CHANGES = [0, 20, 1_000];
const PER_SECOND = 25;

const rows = [
  ["changed", "reach", "requests", "to reach", "seconds", "synced", "Node s", "PostgreSQL s", "per user"],
];
say(`Tick, ${USERS} users, ceiling ${PER_SECOND} requests/s, 120 ms each`);
// The pass before it is not what is measured.
const bench = await openInstallation({ customers: USERS, latencyMs: 0, perSecond: null }, 1_000);
try {
  await addNullUsers(bench.db, USERS);
  await timeRun(bench.db, bench.parity, "full");
  await bench.db.$executeRaw`VACUUM ANALYZE`;
  await bench.sandbox.setLatency(120);
  const slow = bench.at(PER_SECOND);
  for (const changed of [...CHANGES, 0]) {
    if (changed > 0) await bench.sandbox.change(changed);
    const { value, used } = await measureProcessorTime(bench.db, () =>
      timeRun(bench.db, slow, "incremental"),
    );
    const { run, seconds } = value;
    rows.push([
      String(changed),
      run.scope,
      String(run.stripeRequests),
      `${changed + Math.ceil(changed / 100) + 2}`,
      seconds.toFixed(1),
      String(run.synced),
      (used.node / 1e6).toFixed(2),
      used.postgres === null ? "unknown" : (used.postgres / 1e6).toFixed(2),
      `${2 * USERS} requests, ${((2 * USERS) / PER_SECOND).toFixed(0)} s`,
    ]);
  }
  table(rows);
} finally {
  await bench.close();
}

import { addNullUsers, openInstallation, timeRun } from "./support/installation";
import { print, printTable } from "./support/print";
import { measureProcessorTime } from "./support/processor-time";
import { openStatements, STATEMENTS_LIBRARY } from "./support/statements";

// Incremental runs over users in sync, of which some changed: requests and seconds. For comparison: one user at a time,
// which takes two requests for each user. `npm run bench -- incremental 1000000`

const USERS = Number(process.argv[2] ?? 100_000);
const CHANGES = [0, 20, 1_000];
const PER_SECOND = 25;

const rows = [
  ["changed", "scope", "requests", "target", "seconds", "synced", "Node s", "PostgreSQL s", "per user"],
];
print(`Incremental run, ${USERS} users, ceiling ${PER_SECOND} requests/s, 120 ms each`);
// The full run before is not measured, so it may be fast.
const bench = await openInstallation({ customers: USERS, latencyMs: 0, perSecond: null }, 1_000, {
  preload: STATEMENTS_LIBRARY,
});
try {
  await addNullUsers(bench.db, USERS);
  await timeRun(bench.db, bench.parity, "full");
  await bench.db.$executeRaw`VACUUM ANALYZE`;
  await bench.sandbox.setLatency(120);
  const slow = bench.openAt(PER_SECOND);
  const statements = await openStatements(bench.db);
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
  printTable(rows);
  print("The statements that took longest in one more run without changes, ms on the clock:");
  const slowest = await statements.listSlowest(() => timeRun(bench.db, slow, "incremental"), 8);
  printTable(slowest.map(({ ms, calls, query }) => [ms.toFixed(1), `${calls} times`, query]));
} finally {
  await bench.close();
}

import { constants, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { addNullUsers, openInstallation, timeRun } from "./support/installation";
import { print, printTable } from "./support/print";

// Memory of this process in a full run, without a ceiling, for several numbers of users. What the process takes from the
// system, and what of it was in use after a full garbage collection: V8 collects late when it has room.
// `npm run bench -- memory 10000 100000`; with little memory:
// `NODE_OPTIONS=--max-old-space-size=256 npm run bench -- memory`

const sizes = process.argv.slice(2).map(Number);
const rows = [
  ["users", "requests", "seconds", "peak MB", "over the start", "in use MB, at most", "collections"],
];
const toMegabytes = (bytes: number) => Math.round(bytes / 1_048_576);

for (const users of sizes.length > 0 ? sizes : [10_000, 100_000, 1_000_000]) {
  print(`Memory, ${users} users`);
  const bench = await openInstallation({ customers: users, latencyMs: 0, perSecond: null }, 1_000);
  try {
    await addNullUsers(bench.db, users);
    const before = process.memoryUsage.rss();
    const watched = watchMemory();
    const { run, seconds } = await timeRun(bench.db, bench.parity, "full");
    const again = await timeRun(bench.db, bench.parity, "full");
    const { peak, inUse, collections } = watched.stop();
    rows.push([
      String(users),
      `${run.stripeRequests} + ${again.run.stripeRequests}`,
      (seconds + again.seconds).toFixed(0),
      String(toMegabytes(peak)),
      String(toMegabytes(peak - before)),
      collections === 0 ? "no collection" : String(toMegabytes(inUse)),
      String(collections),
    ]);
  } finally {
    await bench.close();
  }
}
printTable(rows);

/** Watches until stopped. Bytes: the most taken from the system, and the most in use after a full collection. */
function watchMemory() {
  const seen = { peak: process.memoryUsage.rss(), inUse: 0, collections: 0 };
  const timer = setInterval(() => {
    seen.peak = Math.max(seen.peak, process.memoryUsage.rss());
  }, 20);
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (readKind(entry) !== constants.NODE_PERFORMANCE_GC_MAJOR) continue;
      const { heapUsed, external } = process.memoryUsage();
      seen.inUse = Math.max(seen.inUse, heapUsed + external);
      seen.collections += 1;
    }
  });
  observer.observe({ entryTypes: ["gc"] });
  return {
    stop() {
      clearInterval(timer);
      observer.disconnect();
      return seen;
    },
  };
}

/** The kind of a collection, which Node's types do not declare. */
function readKind({ detail }: PerformanceEntry & { detail?: unknown }): unknown {
  return typeof detail === "object" && detail !== null && "kind" in detail ? detail.kind : null;
}

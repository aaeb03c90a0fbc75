import { addNullUsers, openInstallation, timeRun } from "./installation";
import { say, table } from "./print";

// Memory of this process in a full pass over so many users, without a ceiling: each size in an installation of its own.
// `npm run bench -- memory 10000 100000`

const sizes = process.argv.slice(2).map(Number);
const rows = [["users", "requests", "seconds", "peak MB", "over the start"]];
const mega = (bytes: number) => Math.round(bytes / 1_048_576);

for (const users of sizes.length > 0 ? sizes : [10_000, 100_000, 1_000_000]) {
  say(`Memory, ${users} users`);
  const bench = await openInstallation({ customers: users, latencyMs: 0, perSecond: null }, 1_000);
  try {
    await addNullUsers(bench.db, users);
    const before = process.memoryUsage.rss();
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 20);
    const { run, seconds } = await timeRun(bench.db, bench.parity, "full");
    const again = await timeRun(bench.db, bench.parity, "full");
    clearInterval(watch);
    rows.push([
      String(users),
      `${run.stripeRequests} + ${again.run.stripeRequests}`,
      (seconds + again.seconds).toFixed(0),
      String(mega(peak)),
      String(mega(peak - before)),
    ]);
  } finally {
    await bench.close();
  }
}
table(rows);

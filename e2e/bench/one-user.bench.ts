import { addNullUsers, openInstallation } from "./support/installation";
import { computePercentile, print, printTable } from "./support/print";
import { toUserId } from "./support/sandbox-process";

// The sync button of one user, from pressed to repaired, while Stripe takes 120 ms to answer: with a link, and without
// (then the address is read too).

const TIMES = 40;
const LATENCY_MS = 120;

const bench = await openInstallation({ customers: 3 * TIMES, latencyMs: LATENCY_MS, perSecond: null }, 500);
try {
  await addNullUsers(bench.db, 3 * TIMES);
  const actor = { kind: "staff", id: null } as const;
  const rows = [["", "round trips", "p50 ms", "p95 ms", "beyond the round trips, p50"]];
  const press = async (name: string, from: number, trips: number) => {
    const times: number[] = [];
    for (let n = from; n < from + TIMES; n += 1) {
      const startedAt = performance.now();
      const result = await bench.parity.syncUser({ userId: toUserId(n), actor });
      if (result?.outcome !== "synced") throw new Error(`Not synced: ${result?.message}`);
      times.push(performance.now() - startedAt);
    }
    const p50 = computePercentile(times, 0.5);
    rows.push([
      name,
      String(trips),
      p50.toFixed(0),
      computePercentile(times, 0.95).toFixed(0),
      (p50 - trips * LATENCY_MS).toFixed(0),
    ]);
  };
  // No user has a link before Stripe was read once: the address leads to the customer, its metadata names the user.
  await press("warm up", 0, 2);
  await press("not linked", TIMES, 2);
  const paid = await bench.db.stripeCustomer.findMany({ select: { metadataUserId: true } });
  await bench.db.$executeRaw`UPDATE app."Workspace" SET status = 'locked', soldiers = 0
    WHERE "ownerId" = ANY(${paid.flatMap(({ metadataUserId }) => metadataUserId ?? [])})`;
  await press("linked", TIMES, 1);
  rows.splice(1, 1);
  print(`One user, button to repaired, Stripe answers in ${LATENCY_MS} ms, ${TIMES} times`);
  printTable(rows);
} finally {
  await bench.close();
}

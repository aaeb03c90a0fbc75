import { addNullUsers, openInstallation } from "./support/installation";
import { percentile, say, table } from "./support/print";
import { userId } from "./support/sandbox-process";

// The button on one user, from pressed to repaired, while Stripe takes so long to answer: linked, and not linked (then
// the address is read too).

const TIMES = 40;
const LATENCY_MS = 120;

const bench = await openInstallation({ customers: 3 * TIMES, latencyMs: LATENCY_MS, perSecond: null }, 500);
try {
  await addNullUsers(bench.db, 3 * TIMES);
  const actor = { kind: "staff", id: null } as const;
  const rows = [["", "round trips", "p50 ms", "p95 ms", "over the round trips, p50"]];
  const press = async (name: string, from: number, trips: number) => {
    const times: number[] = [];
    for (let n = from; n < from + TIMES; n += 1) {
      const began = performance.now();
      const result = await bench.parity.syncUser({ userId: userId(n), actor });
      if (result?.outcome !== "synced") throw new Error(`Not synced: ${result?.message}`);
      times.push(performance.now() - began);
    }
    const p50 = percentile(times, 0.5);
    rows.push([
      name,
      String(trips),
      p50.toFixed(0),
      percentile(times, 0.95).toFixed(0),
      (p50 - trips * LATENCY_MS).toFixed(0),
    ]);
  };
  // Nobody is linked before Stripe was read once: the metadata tells, and the address leads there.
  await press("warming", 0, 2);
  await press("not linked", TIMES, 2);
  const paid = await bench.db.stripeCustomer.findMany({ select: { metadataUserId: true } });
  await bench.db.$executeRaw`UPDATE "Workspace" SET status = 'locked', soldiers = 0
    WHERE "ownerId" = ANY(${paid.flatMap(({ metadataUserId }) => metadataUserId ?? [])})`;
  await press("linked", TIMES, 1);
  rows.splice(1, 1);
  say(`One user, button to repaired, Stripe answers in ${LATENCY_MS} ms, ${TIMES} times`);
  table(rows);
} finally {
  await bench.close();
}

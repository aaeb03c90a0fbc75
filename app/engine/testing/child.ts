import { createInterface } from "node:readline";
import { z } from "zod";
import { openInstallation, reconcileAll } from "./installation";

// A process of its own, to be killed at any moment: it loads everything, says so, and does what the first line tells it.

const order = z.object({
  url: z.string(),
  stripeUrl: z.string(),
  secretKey: z.string(),
  /** `tick` or `full`: reconcile everybody once. `work`: evaluate batches and settle events as a worker does, until killed. */
  task: z.enum(["incremental", "full", "work"]),
  /** Milliseconds that this process's clock is ahead of the machine's. */
  skewMs: z.number().default(0),
});

export type Order = z.input<typeof order>;

const lines = createInterface({ input: process.stdin });
lines.once("line", (line) => {
  // Whoever gave the order is gone: so is this process.
  lines.once("close", () => process.exit(1));
  obey(order.parse(JSON.parse(line))).then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
process.stdout.write("ready\n");

async function obey({ task, skewMs, ...place }: z.output<typeof order>): Promise<void> {
  if (skewMs !== 0) setClockAhead(skewMs);
  const { parity } = openInstallation(place);
  if (task !== "work") {
    await reconcileAll(parity, task);
    return;
  }
  const { startWorker } = await import("~/server/worker.server");
  const { createLog } = await import("~/platform/log.server");
  const log = createLog({ level: "silent" });
  await startWorker({ databaseUrl: place.url, parity, log, concurrency: 2, clock: false });
  process.stdout.write("working\n");
  await new Promise(() => {});
}

/** Nothing may go by a process's own clock: servers differ. */
function setClockAhead(ms: number): void {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given: [] | [number | string]) {
      if (given.length === 0) super(Real.now() + ms);
      else super(...given);
    }
    static override now(): number {
      return Real.now() + ms;
    }
  } as DateConstructor;
}

import { createInterface } from "node:readline";
import { z } from "zod";
import { openInstallation, reconcileAll } from "./installation";

// A process that a test may kill at any moment: it loads everything, says so, and does what its first line of input says.

const order = z.object({
  url: z.string(),
  stripeUrl: z.string(),
  secretKey: z.string(),
  /** `incremental` or `full`: one run over all users. `work`: batches and events as a worker, until killed. */
  task: z.enum(["incremental", "full", "work"]),
  /** Milliseconds that this process's clock is ahead of the machine's. */
  skewMs: z.number().default(0),
});

export type Order = z.input<typeof order>;

const lines = createInterface({ input: process.stdin });
lines.once("line", (line) => {
  // The test is gone, so this process ends too.
  lines.once("close", () => process.exit(1));
  execute(order.parse(JSON.parse(line))).then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
process.stdout.write("ready\n");

async function execute({ task, skewMs, ...endpoints }: z.output<typeof order>): Promise<void> {
  if (skewMs !== 0) setClockAhead(skewMs);
  const { parity, db } = openInstallation(endpoints);
  if (task !== "work") {
    await reconcileAll(parity, task);
    return;
  }
  const { startWorker } = await import("~/server/worker.server");
  const { createLog } = await import("~/platform/log.server");
  const log = createLog({ level: "silent" });
  await startWorker({ databaseUrl: endpoints.url, db, parity, log, concurrency: 2, clock: false });
  process.stdout.write("working\n");
  await new Promise(() => {});
}

/** The clocks of servers differ: nothing may depend on a process's own. */
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

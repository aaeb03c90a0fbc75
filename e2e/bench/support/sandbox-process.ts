import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { createSandbox, DEFAULT_SECRET_KEY } from "../../../app/sandbox/sandbox";

/** The sandbox runs in its own process, so that it does not count in what is measured. */
export type SandboxOptions = {
  customers: number;
  /** Milliseconds that each answer takes. */
  latencyMs: number;
  /** Ceiling of each endpoint, requests a second; null: none. */
  perSecond: number | null;
  /** Half of the subscriptions created in one second, as after a bulk import; otherwise one a minute. */
  halfInOneSecond?: boolean;
};

/** A key of the form that programs in production ask for; the sandbox takes it, too. */
export const PRODUCTION_KEY = "sk_test_takenforreal";

const started = z.object({ url: z.string(), secretKey: z.string() });

export type SandboxProcess = z.infer<typeof started> & {
  /** Milliseconds that each answer takes from now on. */
  setLatency(ms: number): Promise<void>;
  /** Schedules the cancellation of the next `count` subscriptions, each with its event. */
  change(count: number): Promise<void>;
  stop(): void;
};

/** User and customer n: `u0000001` pays for Army as `cus_…`, which the user's metadata names. */
export const toUserId = (n: number) => `u${String(n).padStart(7, "0")}`;

/** Starts a sandbox with that many paying customers, one subscription each, created one a minute. */
export async function startSandboxProcess(options: SandboxOptions): Promise<SandboxProcess> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(options)], {
    // A memory limit for the benchmark does not apply to the sandbox.
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [message] = await once(child, "message");
  return {
    ...started.parse(message),
    async setLatency(ms) {
      child.send({ latency: ms });
      await once(child, "message");
    },
    async change(count) {
      child.send({ change: count });
      await once(child, "message");
    },
    stop: () => void child.kill(),
  };
}

async function main(options: SandboxOptions): Promise<void> {
  const sandbox = createSandbox({
    latency: options.latencyMs,
    secretKeys: [DEFAULT_SECRET_KEY, PRODUCTION_KEY],
  });
  const product = sandbox.products.create({ name: "Army" });
  const price = sandbox.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 20_000,
    recurring: { interval: "year" },
    lookup_key: "army_yearly",
  });
  const now = Math.floor(Date.now() / 1000);
  const subscriptions: string[] = [];
  sandbox.bulk(() => {
    for (let n = 0; n < options.customers; n += 1) {
      const minutes =
        options.halfInOneSecond && n % 2 === 0 ? options.customers / 3 : options.customers - n + 2;
      const created = now - Math.floor(minutes * 60);
      const metadata = { userId: toUserId(n) };
      const customer = sandbox.customers.create({ email: `${toUserId(n)}@example.com`, metadata, created });
      const items = [{ price: price.id }];
      subscriptions.push(sandbox.subscriptions.create({ customer: customer.id, items, created }).id);
    }
  });
  if (options.perSecond !== null)
    sandbox.control.setLimits({ endpointPerSecond: options.perSecond, globalPerSecond: 100 });
  const { url } = await sandbox.listen();
  let changed = 0;
  // Ends with the benchmark, also when that is killed.
  process.once("disconnect", () => process.exit());
  process.on("message", (message) => {
    const order = z.object({ latency: z.number().optional(), change: z.number().optional() }).parse(message);
    if (order.latency !== undefined) sandbox.control.setLatency(order.latency);
    if (order.change !== undefined) {
      for (const id of subscriptions.slice(changed, changed + order.change))
        sandbox.subscriptions.update(id, { cancel_at_period_end: true });
      changed += order.change;
    }
    process.send?.("done");
  });
  process.send?.({ url, secretKey: sandbox.secretKey });
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send)
  await main(JSON.parse(process.argv[2] ?? "{}"));

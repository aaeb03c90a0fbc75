import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { createSandbox } from "../../app/sandbox/sandbox";

/** What a benchmark asks of Stripe's stand-in, which runs in a process of its own and so costs us nothing. */
export type SandboxWish = {
  customers: number;
  /** Milliseconds that each answer takes. */
  latencyMs: number;
  /** Ceiling of each endpoint, requests a second; null: none. */
  perSecond: number | null;
};

const started = z.object({ url: z.string(), secretKey: z.string() });

export type SandboxProcess = z.infer<typeof started> & {
  /** Changes how long answers take. */
  setLatency(ms: number): Promise<void>;
  stop(): void;
};

/** User and customer n: `u0000001` pays for Army as `cus_…`, which the user's metadata names. */
export const userId = (n: number) => `u${String(n).padStart(7, "0")}`;

/** Starts a sandbox with that many paying customers, one subscription each, created one a minute. */
export async function startSandboxProcess(wish: SandboxWish): Promise<SandboxProcess> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(wish)], {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [message] = await once(child, "message");
  return {
    ...started.parse(message),
    async setLatency(ms) {
      child.send({ latency: ms });
      await once(child, "message");
    },
    stop: () => void child.kill(),
  };
}

async function main(wish: SandboxWish): Promise<void> {
  const sandbox = createSandbox({ eventRetentionDays: 0, latency: wish.latencyMs });
  const product = sandbox.products.create({ name: "Army" });
  const price = sandbox.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 20_000,
    recurring: { interval: "year" },
    lookup_key: "army_yearly",
  });
  const now = Math.floor(Date.now() / 1000);
  sandbox.bulk(() => {
    for (let n = 0; n < wish.customers; n += 1) {
      const created = now - (wish.customers - n) * 60;
      const metadata = { userId: userId(n) };
      const customer = sandbox.customers.create({ email: `${userId(n)}@example.com`, metadata, created });
      sandbox.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], created });
    }
  });
  if (wish.perSecond !== null)
    sandbox.control.setLimits({ endpointPerSecond: wish.perSecond, globalPerSecond: 100 });
  const { url } = await sandbox.listen();
  process.on("message", (message) => {
    sandbox.control.setLatency(z.object({ latency: z.number() }).parse(message).latency);
    process.send?.("done");
  });
  process.send?.({ url, secretKey: sandbox.secretKey });
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send)
  await main(JSON.parse(process.argv[2] ?? "{}"));

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { runAndCapture } from "~/cli/testing/cli";
import { createLog } from "~/platform/log.server";
import { createTestDatabase } from "~/platform/testing/database";
import { createSandbox, type Sandbox } from "~/sandbox/sandbox";
import { openParity } from "~/server/open-parity.server";

/** The users whose subscriptions run. */
export const PAYING = ["ada", "bob", "cyd", "dan", "eve"];

/** Customers in the sandbox for audits; Fay's subscription has ended, and Gus pays another price. */
export async function createCompany() {
  const folder = await mkdtemp(path.join(tmpdir(), "parity-test-audit-"));
  const sandbox = createSandbox({});
  const listening = await sandbox.listen();
  const product = sandbox.products.create({ name: "Pro" });
  const createPrice = (amount: number) =>
    sandbox.prices.create({
      product: product.id,
      currency: "usd",
      unit_amount: amount,
      recurring: { interval: "month" },
    }).id;
  const [price, other] = [createPrice(2_000), createPrice(700)];
  const customers: Record<string, { customer: string; subscription: string }> = {};
  for (const id of [...PAYING, "fay", "gus", "hal"]) {
    const customer = sandbox.customers.create({ email: `${id}@example.com` });
    const items = [{ price: id === "gus" ? other : price }];
    const subscription = sandbox.subscriptions.create({ customer: customer.id, items });
    customers[id] = { customer: customer.id, subscription: subscription.id };
  }
  sandbox.subscriptions.cancel(customers.fay?.subscription ?? "");
  const never = () => Promise.reject(new Error("This must not open an installation"));
  return {
    folder,
    customers,
    audit: (...argv: string[]) =>
      runAndCapture(["audit", ...argv], never, {}, () => openTestWorkplace(sandbox, listening.url)),
    async write(name: string, content: string | Buffer): Promise<string> {
      const file = path.join(folder, name);
      await writeFile(file, content);
      return file;
    },
    async close() {
      await listening.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type Company = Awaited<ReturnType<typeof createCompany>>;

/** A workplace on the test run's own PostgreSQL, which starts faster than one of its own. */
async function openTestWorkplace(sandbox: Sandbox, apiBase: string) {
  const database = await createTestDatabase();
  const { db } = database;
  const parity = openParity({
    db,
    sandbox: false,
    log: createLog({ level: "silent" }),
    stripe: {
      ...{ secretKey: sandbox.secretKey, mode: "test", checkoutKey: null, apiBase },
      ...{ accountId: null, webhookSecret: null, readsPerSecond: 2_000 },
    },
  });
  return {
    ok: true as const,
    workplace: { url: database.url, open: () => ({ db, parity }) },
    async close() {
      await parity.close();
      await database.drop();
    },
  };
}

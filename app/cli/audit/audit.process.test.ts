import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PRODUCTION_KEY, startProcess } from "~/cli/testing/cli";
import { makeTestFolder, removeTestFolder } from "~/platform/testing/folder";
import { createSandbox } from "~/sandbox/sandbox";

// The real process with a PostgreSQL of its own, as `npm run parity -- audit` starts it.

const TIMEOUT_MS = 180_000;
let folder: string;
let close: () => Promise<void>;
let users: string;
let url: string;

beforeAll(async () => {
  folder = await makeTestFolder();
  const sandbox = createSandbox({ secretKeys: [PRODUCTION_KEY] });
  const listening = await sandbox.listen();
  ({ url, close } = listening);
  const product = sandbox.products.create({ name: "Pro" });
  const price = sandbox.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 2_000,
    recurring: { interval: "month" },
  });
  const customer = sandbox.customers.create({ email: "eve@example.com" });
  sandbox.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  users = path.join(folder, "users.csv");
  await writeFile(users, `id,customer,status\neve,${customer.id},canceled\n`);
});
afterAll(async () => {
  await close();
  await removeTestFolder(folder);
});

/** An audit with a temporary folder of its own. */
async function start(name: string) {
  const temporary = path.join(folder, name);
  await mkdir(temporary, { mode: 0o711 });
  const environment = { STRIPE_SECRET_KEY: PRODUCTION_KEY, STRIPE_API_BASE: url, TMPDIR: temporary };
  const audit = await startProcess(["app/cli/parity.ts", "audit", "--users", users, "--json"], environment);
  const list = async () => (await readdir(temporary)).filter((one) => one.startsWith("parity-audit-"));
  return { ...audit, list };
}

it("leaves nothing behind, neither at its end nor after Ctrl-C", { timeout: TIMEOUT_MS }, async () => {
  const [whole, stopped] = [await start("whole"), await start("stopped")];
  await expect.poll(stopped.list, { timeout: TIMEOUT_MS / 3 }).not.toEqual([]);
  stopped.kill("SIGINT");
  const [done, killed] = await Promise.all([whole.ended, stopped.ended]);
  expect(done.code).toBe(3);
  expect(JSON.parse(done.stdout)).toMatchObject({ users: [{ id: "eve", verdict: "locked_out" }] });
  expect(killed.code).toBe(1);
  expect(killed.stdout).toContain("Stopped. Nothing was written.");
  expect([await whole.list(), await stopped.list()]).toEqual([[], []]);
});

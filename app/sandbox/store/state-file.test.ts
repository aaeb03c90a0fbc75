import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createSandbox } from "../sandbox";
import { addCatalogue, clientOf, startSandbox, TEST_NOW } from "../testing";

function stateFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "deep", "state.json");
}

it("everything is there again after a restart, under the same ids, and goes on from there", async () => {
  const path = stateFile();
  const first = await startSandbox({ stateFile: path, seed: 7 });
  const { army } = addCatalogue(first.sandbox);
  const customer = first.sandbox.customers.create({ email: "ann@example.com", name: "Ann" });
  const gone = first.sandbox.customers.create({ id: "cus_gone" });
  const { id } = first.sandbox.subscriptions.create({
    customer: customer.id,
    items: [{ price: army }],
    trial_end: TEST_NOW + 1_000,
  });
  first.sandbox.checkoutSessions.create({ customer: customer.id, subscription: id, status: "complete" });
  first.sandbox.customers.delete(gone.id);
  first.sandbox.clock.advance(50);
  const before = {
    subscriptions: (await first.stripe.subscriptions.list({ price: army, expand: ["data.customer"] })).data,
    customers: (await first.stripe.customers.list({ email: "ann@example.com" })).data,
    events: (await first.stripe.events.list()).data,
    sessions: (await first.stripe.checkout.sessions.list()).data,
  };
  await first.listening.close();

  const second = await startSandbox({ stateFile: path, seed: 99 });
  expect(second.sandbox.restored).toBe(true);
  expect(second.sandbox.clock.now()).toBe(TEST_NOW + 50);
  expect({
    subscriptions: (await second.stripe.subscriptions.list({ price: army, expand: ["data.customer"] })).data,
    customers: (await second.stripe.customers.list({ email: "ann@example.com" })).data,
    events: (await second.stripe.events.list()).data,
    sessions: (await second.stripe.checkout.sessions.list()).data,
  }).toEqual(before);
  expect(await second.stripe.customers.retrieve("cus_gone")).toMatchObject({ deleted: true });
  expect((await second.stripe.customers.list()).data).toHaveLength(1);
  const next = second.sandbox.customers.create();
  expect(await second.stripe.customers.retrieve(next.id)).toMatchObject({ id: next.id, email: null });
});

it("the file is whole at any time, and nothing is left beside it", () => {
  const path = stateFile();
  const sandbox = createSandbox({ stateFile: path });
  expect(existsSync(path)).toBe(false);
  sandbox.customers.create();
  sandbox.flush();
  expect(readdirSync(join(path, ".."))).toEqual(["state.json"]);
});

it("a file that is not a state is refused", () => {
  const path = stateFile();
  const sandbox = createSandbox({ stateFile: path });
  sandbox.customers.create();
  sandbox.flush();
  writeFileSync(path, `{"version":1}`);
  expect(() => createSandbox({ stateFile: path })).toThrow();
});

it("without a file nothing is kept, and the same seed makes the same ids", async () => {
  const [one, two] = [createSandbox({ seed: 3 }), createSandbox({ seed: 3 })];
  expect(one.customers.create()).toEqual(two.customers.create());
  const other = await startSandbox({ seed: 4 });
  const { id } = one.customers.create();
  const stripe = clientOf(other.listening, other.sandbox.secretKey);
  await expect(stripe.customers.retrieve(id)).rejects.toMatchObject({ code: "resource_missing" });
});

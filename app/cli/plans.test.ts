import { afterAll, beforeAll, expect, it } from "vitest";
import { createDemo, type Demo, runOn } from "./testing/cli";

// All tests use one installation: each continues where the one before stopped.
let demo: Demo;
beforeAll(async () => {
  demo = await createDemo();
  await runOn(demo, "sync --all", {});
});
afterAll(() => demo.close());

const run = (line: string | readonly string[]) => runOn(demo, line, {});

it("plans lists the plans with their prices, and the prices that await a decision with their money", async () => {
  const { code, stdout } = await run("plans");
  expect(code).toBe(0);
  expect(stdout).toMatch(/starter +Starter +1 soldier +.*lookup key starter_monthly/);
  expect(stdout).toMatch(/price_\S+ +prod_\S+ +\$49\/month +2 subscriptions +\$98 a month/);
});

it("a price is ignored, mapped and unmapped, each with its reason in the audit", async () => {
  const { unmapped } = JSON.parse((await run("plans list --json")).stdout);
  const price: string = unmapped[0].priceId;
  const preview = await run(["plans", "map", price, "army", "--preview"]);
  expect(preview).toMatchObject({ code: 0 });
  expect(preview.stdout).toContain("2 users ($98 a month) gain access.");
  expect((await run("plans")).stdout).toContain(price);
  const ignored = await run(["plans", "ignore", price, "--reason", "an agency of ours"]);
  expect(ignored).toMatchObject({ code: 0 });
  expect(ignored.stdout).toContain(`${price} is ignored: it is not ours.`);
  expect((await run("plans")).stdout).toContain(`Ignored: ${price}`);
  const mapped = await run(["plans", "map", price, "army", "--reason", "it is Army"]);
  expect(mapped.stdout).toContain(`${price} is the plan Army.`);
  const unmappedAgain = await run(["plans", "unmap", price, "--reason", "no"]);
  expect(unmappedAgain.stdout).toContain(`${price} is not mapped any more.`);
  const decisions = await demo.db.decision.findMany({ where: { priceId: price }, orderBy: { id: "asc" } });
  expect(decisions.map(({ kind, actor, reason }) => [kind, actor, reason])).toEqual([
    ["ignore_price", "ana", "an agency of ours"],
    ["map_price", "ana", "it is Army"],
    ["unmap_price", "ana", "no"],
  ]);
});

it("a price that no subscription has is mapped, and said to be unknown: it may be new, or mistyped", async () => {
  const map = ["plans", "map", "price_mistyped", "army", "--reason", "new"];
  const unknown =
    "price_mistyped is the plan Army. No subscription that was read from Stripe has it: check the id";
  expect((await run([...map, "--preview"])).stdout).toContain(unknown);
  expect((await run(map)).stdout).toContain(unknown);
  expect((await run("plans unmap price_mistyped --reason x")).stdout).not.toContain("was read");
});

it("a plan without seats is created once", async () => {
  const create = ["plans", "set", "free", "--seats", "0", "--name", "Free", "--reason", "a free plan"];
  expect((await run([...create, "--preview"])).stdout).toContain("Preview, nothing was changed: New plan.");
  expect((await run(create)).stdout).toContain("New plan. Free (free) has 0 soldiers: it gives no access.");
  expect((await run(create)).stderr).toContain("Nothing to change: Free (free)");
});

it.each([
  ["plans map price_1 army", 'Say why: --reason "…".'],
  ["plans map gold army --reason x", "For a lookup key add --lookup."],
  ["plans ignore gold --lookup --reason x", "A lookup key moves between prices."],
  ["plans set free --reason x", "Use plans set <plan> --seats <number>"],
  ["plans set free --seats -1 --reason x", ""],
  ["plans map price_1 --reason x", "Use plans list, plans map"],
  ["plans frob price_1 --reason x", "Use plans list, plans map"],
])("%s is a mistake in the arguments, said before anything is opened", async (line, message) => {
  const { code, stderr } = await run(line);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

it("a plan that does not exist is said to be so", async () => {
  const { code, stderr } = await run("plans map price_1 gold --reason x");
  expect(code).toBe(1);
  expect(stderr).toContain("There is no plan gold.");
});

import { afterAll, beforeAll, expect, it } from "vitest";
import { createDemo, type Demo, runOn } from "./testing/cli";

let demo: Demo;
beforeAll(async () => {
  demo = await createDemo();
});
afterAll(() => demo.close());

it("doctor names what is missing, in text and as JSON, and exits with 3 while something is to be mended", async () => {
  demo.sandbox.control.permissions.deny("rak_event_read");
  const text = await runOn(demo, "doctor");
  expect(text.code).toBe(3);
  expect(text.stdout).toMatch(/warning +Events: Read \(STRIPE_SECRET_KEY\) is missing \(optional\)/);
  const json = await runOn(demo, "doctor --json");
  const { findings, checks } = JSON.parse(json.stdout);
  expect(findings).toBeGreaterThan(0);
  expect(checks.map(({ id }: { id: string }) => id)).toContain("permissions");
  expect((await runOn(demo, "status")).stdout).toContain("Stripe refuses “Events: Read” to the key.");

  demo.sandbox.control.permissions.allow();
  expect((await runOn(demo, "doctor")).stdout).not.toContain("Events: Read (STRIPE_SECRET_KEY) is missing");
  expect((await runOn(demo, "status")).stdout).not.toContain("Stripe refuses");
});

it("doctor takes no arguments", async () => {
  expect((await runOn(demo, "doctor ada")).code).toBe(2);
});

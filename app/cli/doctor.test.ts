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

it("R297: doctor says when old rows were removed, as by parity clean, and warns when nothing does it any more", async () => {
  const look = async (): Promise<string> => {
    const { checks } = JSON.parse((await runOn(demo, "doctor --json")).stdout);
    return JSON.stringify(checks.find(({ id }: { id: string }) => id === "cleaning"));
  };
  const pass = (days: number) =>
    demo.db
      .$executeRaw`UPDATE parity."Cursor" SET "updatedAt" = now() - make_interval(days => ${days}::int) WHERE key = 'cleaning'`;
  await demo.db.cursor.deleteMany({ where: { key: "cleaning" } });
  expect(await look()).toContain("Not removed yet");
  expect(JSON.parse((await runOn(demo, "clean --dry-run --json")).stdout)).toMatchObject({ dryRun: true });
  expect(await look()).toContain("Not removed yet");
  const cleaned = await runOn(demo, "clean --json");
  expect({ code: cleaned.code, ...JSON.parse(cleaned.stdout) }).toMatchObject({ code: 0, done: true });
  expect(await look()).toMatch(/"level":"ok","text":"Last removed .* ago/);
  // It is not done again on the same day; a day later it is, and may be left in the middle.
  expect(await demo.parity.cleaner.cleanIfDue(60_000)).toBeNull();
  await pass(3);
  expect(await look()).toMatch(/"level":"warning","text":"Old rows were last removed 3 days ago/);
  expect(await demo.parity.cleaner.cleanIfDue(0)).toMatchObject({ done: false });
  expect(await look()).toContain("Being removed, in pieces");
});

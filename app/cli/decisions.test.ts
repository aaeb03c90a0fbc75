import { afterAll, beforeAll, expect, it } from "vitest";
import { VERDICT_CATALOGUE } from "~/billing/verdicts/catalogue";
import { DEMO_USERS } from "~/demo/seed-demo";
import type { DecisionKind } from "~/engine/decisions/kinds";
import { syncAll } from "~/engine/testing/world";
import { createDemo, type Demo, runOn } from "./testing/cli";

// All tests use one installation: each continues where the one before stopped.
let demo: Demo;
beforeAll(async () => {
  demo = await createDemo();
  await syncAll(demo.parity, "staff");
});
afterAll(() => demo.close());

const run = (...line: string[]) => runOn(demo, line, {});
const userIds = DEMO_USERS.map(({ userId }) => userId);
const by = { actor: { kind: "command_line", id: "ana" }, role: "admin" } as const;

/** Users that a person has to decide about, and that no decision stands for yet. */
async function listOpen() {
  const views = await demo.parity.views(userIds);
  return views.filter(
    ({ verdict, flags }) =>
      (VERDICT_CATALOGUE[verdict].class === "review" || flags.includes("not_revoked")) &&
      !flags.includes("acknowledged"),
  );
}

it("a user is put on hold, released, acknowledged and comped on the command line, each with its reason", async () => {
  const [open] = await listOpen();
  const userId = open?.userId ?? "";
  expect(await run("hold", userId)).toMatchObject({
    code: 2,
    stderr: "Enter a reason. Give it with --reason.\n",
  });
  const preview = await run("hold", userId, "--preview");
  expect(preview).toMatchObject({ code: 0 });
  expect(preview.stdout).toContain("Preview, nothing was changed:");
  const held = await run("hold", userId, "--reason", "card is disputed", "--json");
  expect(JSON.parse(held.stdout)).toMatchObject({
    preview: false,
    decision: { kind: "hold", by: "ana (command line)", reason: "card is disputed" },
  });
  expect((await run("hold", userId, "--reason", "again")).code).toBe(1);
  expect((await run("release", userId)).code).toBe(0);
  const activity = await run("activity", userId);
  expect(activity.stdout).toMatch(/Hold released +ana \(command line\)/);
  expect(activity.stdout).toContain("card is disputed");
});

it("a decision is taken back by its id, and a second time not", async () => {
  const [open] = await listOpen();
  const held = await run("hold", open?.userId ?? "", "--reason", "by mistake", "--json");
  const { decision } = JSON.parse(held.stdout);
  expect((await run("undo", "decision", decision.id, "--reason", "it was")).code).toBe(0);
  const again = await run("undo", "decision", decision.id, "--reason", "it was");
  expect(again.code).toBe(1);
  expect(again.stderr).toContain("It was undone already.");
});

it.each([
  [["link", "user_0001"], "Give one user and one Stripe customer"],
  [["payer", "cus_1", "--reason", "x"], "Give one of --link, --not-ours and --ours."],
  [["comp", "user_0001", "army", "--reason", "x"], "Give a user, a plan and --until"],
  [["undo", "everything", "1"], "Say what to undo"],
])("%j is a mistake in the arguments", async (line, message) => {
  const { code, stderr } = await run(...line);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

it("after Sync all each user that is left can be decided about, until none is", async () => {
  const open = await listOpen();
  expect(open.length).toBeGreaterThanOrEqual(12);
  const today = new Date().getUTCFullYear();
  for (let round = 0; round < 3; round += 1)
    for (const { userId } of await listOpen()) {
      const { options } = await demo.parity.decisions.about(userId);
      const [first] = options;
      expect(first, `a way out for ${userId}`).toBeDefined();
      if (!first) continue;
      // The first way out, and acknowledging where that one does not settle it.
      const chosen = round === 0 ? first : (options.find(({ kind }) => kind === "acknowledge") ?? first);
      const input = {
        ...chosen.input,
        ...(chosen.needs.includes("planId") && { planId: "army" }),
        until: `${today + 1}-01-01`,
      };
      const made = await demo.parity.decisions.decide({
        kind: chosen.kind,
        input,
        by,
        reason: "walked through",
      });
      // A price that was mapped for another user a moment ago is decided already.
      const settled: readonly DecisionKind[] = ["map_price", "settle_conflict", "revoke"];
      expect(made.ok || settled.includes(chosen.kind), made.ok ? "" : `${userId}: ${made.message}`).toBe(
        true,
      );
    }
  expect((await listOpen()).map(({ userId, verdict }) => `${userId} ${verdict}`)).toEqual([]);
  for (const payer of await demo.parity.unclaimedPayers({ limit: 100 }))
    expect((await run("payer", payer.customerId, "--not-ours", "--reason", "another product")).code).toBe(0);
  expect(await demo.parity.unclaimedPayers({ limit: 100 })).toEqual([]);
});

it("everything that was decided is in the activity, page by page, each once", async () => {
  const keys: string[] = [];
  for (let after: string | null = null; ; ) {
    const page = await demo.parity.activity.list({ limit: 7, after });
    keys.push(...page.entries.map(({ key }) => key));
    if (page.next === null) break;
    after = page.next;
  }
  const [changes, decisions, settings] = await Promise.all([
    demo.db.change.count(),
    demo.db.decision.count(),
    demo.db.settingChange.count(),
  ]);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).toHaveLength(changes + decisions + settings);
  const mine = await demo.parity.activity.list({ limit: 500, actor: "command_line:ana", kinds: ["hold"] });
  expect(mine.entries.map(({ title }) => title)).toEqual(["Put on hold", "Put on hold"]);
});

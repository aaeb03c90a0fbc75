import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decide } from "~/billing/evaluation/decide";
import { evaluate } from "~/billing/evaluation/evaluate";
import { buildCatalogue } from "~/billing/plans";
import { DEMO_USERS } from "~/demo/seed-demo";
import type { Explanation } from "~/engine/evaluate/explanation";
import { createDemo, type Demo, runOn } from "./testing/cli";

// All tests use one installation: each continues where the one before stopped.
let demo: Demo;
beforeAll(async () => {
  demo = await createDemo();
});
afterAll(() => demo.close());

const run = (line: string | readonly string[], around = {}) => runOn(demo, line, around);
const json = async (line: string) => JSON.parse((await run(`${line} --json`)).stdout);
const findPerson = (verdict: string, flags = 0) => {
  const person = DEMO_USERS.find(
    ({ story }) =>
      story.verdict === verdict && (story.flags ?? []).length === flags && story.workspaces !== 0,
  );
  if (!person) throw new Error(`No user of the demo is ${verdict}`);
  return person;
};

describe("before the first read of Stripe", () => {
  it("status reports no user as in sync", async () => {
    const { code, stdout } = await run("status");
    expect(code).toBe(3);
    expect(stdout).toContain("Stripe last read completely: never");
    expect(stdout).toContain(`${DEMO_USERS.length} users are not in sync`);
  });

  it("a preview reads Stripe first and writes nothing", async () => {
    const before = await demo.db.user.findMany({ orderBy: { id: "asc" } });
    const { code, stdout } = await run("sync --all");
    expect(code).toBe(3);
    expect(stdout).toContain("17 users have paid and are locked out: access will be granted.");
    expect(stdout).toContain("Would not be repaired, and why");
    expect(stdout).toContain("To repair: npm run parity -- sync --all --apply");
    expect(await demo.db.user.findMany({ orderBy: { id: "asc" } })).toEqual(before);
    expect(await demo.db.change.count({ where: { actorKind: "command_line" } })).toBe(0);
  });
});

describe("status", () => {
  it("counts users by verdict with the money at stake, and users with unacknowledged mismatches", async () => {
    const { code, stdout } = await run("status");
    expect(code).toBe(3);
    expect(stdout).toMatch(/● Locked out {2,}18 {2}\$[\d,.]+, ¥3,000 and €18 a month/);
    expect(stdout).toMatch(/✓ In sync {2,}46\n/);
    expect(stdout).toContain("58 users are not in sync");
    expect(await json("status")).toMatchObject({
      users: DEMO_USERS.length,
      remaining: 58,
      // R387: as many as the list has that it names.
      unlinkedCustomers: (await json("unclaimed")).payers.length,
      writeMode: "full",
    });
    expect(stdout).toContain("9 paying Stripe customers are linked to no user.");
  });

  it("compares database and Stripe for one user, found by id, email, customer or subscription", async () => {
    const { userId, email, name } = findPerson("locked_out");
    const { code, stdout } = await run(`status ${email}`);
    expect(code).toBe(3);
    expect(stdout).toContain(`${name} <${email}> ${userId}`);
    expect(stdout).toMatch(/≠ Status +none +active +active\n/);
    const page = await json(`status ${userId}`);
    expect(page.user.verdict).toBe("locked_out");
    const { customerId, subscriptionId } = page.user.stripe;
    expect((await json(`status ${customerId}`)).user.userId).toBe(userId);
    expect((await json(`status ${subscriptionId}`)).user.userId).toBe(userId);
  });

  it("finds the user of a subscription whose customer is linked only by Stripe’s metadata", async () => {
    const person = DEMO_USERS.find(
      ({ story }) => story.customers?.length === 1 && story.customers[0]?.link === "customer",
    );
    const { user } = await json(`status ${person?.userId}`);
    expect(user.stripe.subscriptionId).toMatch(/^sub_/);
    const found = await json(`status ${user.stripe.subscriptionId}`);
    expect(found).toMatchObject({ user: { userId: person?.userId } });
  });

  it("ends with 0 for a user that is in sync or acknowledged, and with 1 when no user is found", async () => {
    expect((await run(`status ${findPerson("in_sync").userId}`)).code).toBe(0);
    expect((await run(`status ${findPerson("status_mismatch", 1).userId}`)).code).toBe(0);
    const none = await run("status unknown@example.com");
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("No single user matches unknown@example.com");
  });
});

describe("explain", () => {
  const onePerStory = [...new Map(DEMO_USERS.map((user) => [user.story, user])).values()];
  const isWhole = Boolean(process.env.PARITY_HUNT);
  /** `npm run hunt` takes all stories. */
  const some = isWhole
    ? onePerStory
    : [...new Map(onePerStory.map((one) => [one.story.verdict, one])).values()];

  it("prints JSON that gives the same evaluation and decision again, for every verdict of the demo", async () => {
    for (const { userId, email, name } of some) {
      const { code, stdout } = await run(`explain ${userId}`);
      expect(code).toBe(0);
      expect(stdout).not.toContain(email);
      if (name !== null) expect(stdout).not.toContain(name);
      const { input, evaluation, decisions }: Explanation = JSON.parse(stdout);
      const { snapshot, plans, prices, policy, now, writeMode } = input;
      const context = { catalogue: buildCatalogue(plans, prices), policy, now };
      const again = evaluate(snapshot, context);
      expect(again).toMatchObject(evaluation);
      for (const { options, decision } of Object.values(decisions))
        expect(decide({ snapshot, evaluation: again, context, writeMode, ...options })).toEqual(decision);
      const [view] = await demo.parity.views([userId]);
      expect({ userId, verdict: evaluation.verdict }).toEqual({ userId, verdict: view?.verdict });
    }
  });

  it("prints email addresses and names only when asked", async () => {
    const { userId, email, name } = findPerson("locked_out");
    const { stdout } = await run(`explain ${userId} --with-personal-data`);
    expect(stdout).toContain(`"email": "${email}"`);
    expect(stdout).toContain(`"name": "${name}"`);
  });

  it("ends with 1 when there is no such user", async () => {
    const { code, stderr } = await run("explain unknown@example.com");
    expect(code).toBe(1);
    expect(stderr).toContain("unknown@example.com");
  });
});

describe("one user", () => {
  it("that has paid gets access by sync, and the audit entry names the command line", async () => {
    const { userId } = findPerson("locked_out");
    const { code, stdout } = await run(`sync ${userId}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Synced\. .* has Army with 5 soldiers\./);
    expect(stdout).toContain("Status: none → active");
    expect(await demo.db.change.findFirst({ where: { userId } })).toMatchObject({
      actorKind: "command_line",
    });
    expect((await run(`sync ${userId}`)).stdout).toMatch(/^Nothing to change\./);
  });

  it("that needs a decision is not changed, which ends with 3", async () => {
    const { userId } = findPerson("unmapped_price");
    const { code, stdout } = await run(`sync ${userId}`);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^Nothing was changed\./);
  });

  it("is not synced while Stripe does not answer, which ends with 1 and a message", async () => {
    const fault = demo.sandbox.control.addFault({
      effect: { type: "forbidden" },
      match: { path: "/v1/subscriptions" },
    });
    const { code, stdout } = await run(`sync ${findPerson("plan_mismatch").userId}`);
    demo.sandbox.control.clearFaults(fault);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Not synced: Stripe could not be asked/);
  });

  it("is found by its workspace, which is repaired too", async () => {
    const { key } = DEMO_USERS.filter(({ story }) => story.verdict === "locked_out")[1] ?? { key: "" };
    const { code, stdout } = await run(`fix-workspace ws_${key}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/: locked, 0 soldiers → active, 1 soldier\n/);
    const none = await run("fix-workspace ws_none");
    expect(none).toMatchObject({ code: 1, stderr: "There is no workspace ws_none with an owner.\n" });
  });
});

describe("all users", () => {
  it("are synced by --apply, which lists the users that were not and why", async () => {
    const { code, stdout } = await run("sync --all --apply");
    expect(code).toBe(3);
    expect(stdout).toContain("15 users got access.");
    expect(stdout).toContain("Not repaired, and why");
    expect(stdout).toMatch(
      /2 users pay a price that is not mapped to a plan: each needs a decision\.\n {6}user_\d{4} /,
    );
    expect(stdout).toMatch(/\d+ users are not in sync\.\n$/);
  });

  it("are synced a second time without a change", async () => {
    const changes = await demo.db.change.count();
    const { run: second, remaining } = await json("sync --all --apply");
    expect(second).toMatchObject({ synced: 0, state: "done" });
    expect(remaining).toBe(23);
    expect(await demo.db.change.count()).toBe(changes);
  });

  it("are not changed when Stripe refuses the key, which ends with 1 and the reason", async () => {
    const fault = demo.sandbox.control.addFault({ effect: { type: "invalid_key" } });
    const { code, stderr } = await run("sync --all --apply");
    demo.sandbox.control.clearFaults(fault);
    expect(code).toBe(1);
    expect(stderr).toContain("the key was refused: check STRIPE_SECRET_KEY");
  });

  it("can be continued after Ctrl-C", async () => {
    const { code, stderr } = await run("sync --all --apply", { signal: AbortSignal.abort() });
    expect(code).toBe(1);
    expect(stderr).toContain("Interrupted. Completed work is kept");
    expect(stderr).toContain("Repeat the same command to continue.");
    const joined = await run("sync --all --apply");
    expect(joined.stderr).toContain("Joined the run that is already running (command line, apply).");
    expect(joined.code).toBe(3);
  });
});

describe("runs", () => {
  it("are listed, newest first, and shown with their results", async () => {
    const [latest, ...others] = await json("runs");
    expect(others.length).toBeGreaterThan(3);
    const list = await run("runs");
    const [head, first] = list.stdout.split("\n");
    expect(head).toMatch(
      / repaired {2,}in sync {2,}blocked or awaiting a decision {2,}failed {2,}not checked$/,
    );
    expect(first).toContain(latest.id);
    expect((await json("runs --limit 2")).length).toBe(2);
    const { code, stdout } = await run(`runs ${latest.id}`);
    expect(code).toBe(0);
    expect(stdout).toContain("apply, all users, by command line; done");
    expect(stdout).toMatch(/\n {2}repaired +0\n {2}in sync +\d+\n(.*\n){2} {2}not checked +0\n/);
    expect(stdout).toContain("2 users pay a price that is not mapped to a plan");
    expect(await run("runs none")).toMatchObject({ code: 1, stderr: "There is no run none.\n" });
  });
});

describe("staff", () => {
  const add = ["staff", "add", "--email", "Ada@Example.com", "--name", "Ada Lovelace", "--role", "operator"];

  it("are added with a generated password, or with one from standard input that is not shown", async () => {
    const made = await run(add, { password: "correct horse battery" });
    expect(made.stdout).toContain("Password (shown only once): correct horse battery");
    const changed = await run([...add, "--password-stdin"], { input: "copper violin stapled moon\n" });
    expect(changed).toMatchObject({ code: 0, stderr: "" });
    expect(changed.stdout).toBe("Changed: Ada Lovelace <Ada@Example.com>, operator.\n");
    const short = await run([...add, "--password-stdin"], { input: "short" });
    expect(short).toMatchObject({ code: 1, stdout: "" });
    expect(short.stderr).toContain("at least 12 characters");
  });

  it("are listed, and removed", async () => {
    expect((await run("staff list")).stdout).toMatch(/ada@example\.com +Ada Lovelace +operator +password/);
    expect((await run("staff remove ada@example.com")).code).toBe(0);
    expect((await run("staff remove ada@example.com")).code).toBe(1);
    expect((await run("staff list")).stdout).toBe("No staff yet. Add the first member with: staff add\n");
  });
});

describe("settings", () => {
  it("are shown with their meaning and changed with an audit entry", async () => {
    expect((await run("settings")).stdout).toMatch(/^writeMode +full /);
    const changed = await run("settings writeMode grant_only");
    expect(changed.stdout).toMatch(/^writeMode: full → grant_only\nRepairs that grant access are made\./);
    expect((await run("settings noPlanWord free")).stdout).toBe("noPlanWord: - → free\n");
    expect((await run("settings noPlanWord -")).stdout).toBe("noPlanWord: free → -\n");
    expect((await run("settings graceDays 10")).stdout).toBe("graceDays: 7 → 10\n");
    expect((await run("settings readAllocation 25000")).stdout).toBe("readAllocation: - → 25000\n");
    expect((await run("settings readAllocation 0")).code).toBe(2);
    expect((await run("settings readAllocation -")).stdout).toBe("readAllocation: 25000 → -\n");
    expect((await run("settings recheckPerRun 25")).stdout).toBe("recheckPerRun: 0 → 25\n");
    expect((await run("settings recheckPerRun 1001")).code).toBe(2);
    expect(await json("settings graceDays")).toEqual({ graceDays: 10 });
    expect((await run("settings supportContact help@example.com")).stdout).toBe(
      "supportContact: - → help@example.com\n",
    );
    expect(await run("settings supportContact http://example.com")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("an email address (help@example.com) or an https address"),
    });
    expect((await run("settings supportContact -")).stdout).toBe("supportContact: help@example.com → -\n");
    expect(await demo.db.settingChange.findFirst({ where: { key: "graceDays" } })).toMatchObject({
      actor: "command_line:",
    });
  });
});

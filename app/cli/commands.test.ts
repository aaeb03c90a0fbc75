import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMPANY } from "~/demo/seed-demo";
import { createDemo, type Demo, runOn } from "./testing/cli";

// One installation, and a morning's work on it: the tests go on where the ones before left it.
let demo: Demo;
beforeAll(async () => {
  demo = await createDemo();
});
afterAll(() => demo.close());

const run = (line: string | readonly string[], around = {}) => runOn(demo, line, around);
const json = async (line: string) => JSON.parse((await run(`${line} --json`)).stdout);
const someoneWith = (verdict: string, flags = 0) => {
  const person = COMPANY.find(
    ({ story }) =>
      story.verdict === verdict && (story.flags ?? []).length === flags && story.workspaces !== 0,
  );
  if (!person) throw new Error(`Nobody in the demo is ${verdict}`);
  return person;
};

describe("before Stripe was read", () => {
  it("status calls nobody right", async () => {
    const { code, stdout } = await run("status");
    expect(code).toBe(3);
    expect(stdout).toContain("Stripe last read completely: never");
    expect(stdout).toContain(`${COMPANY.length} users are not in sync`);
  });

  it("a preview reads Stripe first, and writes nothing", async () => {
    const before = await demo.db.user.findMany({ orderBy: { id: "asc" } });
    const { code, stdout } = await run("sync --all");
    expect(code).toBe(3);
    expect(stdout).toContain("17 customers have paid and are locked out: access will be given.");
    expect(stdout).toContain("Would not be repaired, and why");
    expect(stdout).toContain("To repair: sync --all --apply");
    expect(await demo.db.user.findMany({ orderBy: { id: "asc" } })).toEqual(before);
    expect(await demo.db.change.count({ where: { actorKind: "command_line" } })).toBe(0);
  });
});

describe("status", () => {
  it("counts users by verdict, with what it costs, and those that are left without the acknowledged", async () => {
    const { code, stdout } = await run("status");
    expect(code).toBe(3);
    expect(stdout).toMatch(/● paid, not recorded {2,}18 {2}\$[\d,.]+, ¥3,000 and €18 a month/);
    expect(stdout).toMatch(/✓ in sync {2,}45\n/);
    expect(stdout).toContain("59 users are not in sync");
    expect(await json("status")).toMatchObject({
      users: COMPANY.length,
      remaining: 59,
      unclaimed: 3,
      writeMode: "full",
    });
  });

  it("shows both words about one user, found by id, address, customer or subscription", async () => {
    const { userId, email, name } = someoneWith("locked_out");
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

  it("ends with 0 for one who is in sync or whose difference is acknowledged, with 1 for nobody", async () => {
    expect((await run(`status ${someoneWith("in_sync").userId}`)).code).toBe(0);
    expect((await run(`status ${someoneWith("status_mismatch", 1).userId}`)).code).toBe(0);
    const nobody = await run("status nobody@example.com");
    expect(nobody.code).toBe(1);
    expect(nobody.stderr).toContain("No one user is found by nobody@example.com");
  });
});

describe("one user", () => {
  it("who has paid gets access by sync, and the change is the command line’s", async () => {
    const { userId } = someoneWith("locked_out");
    const { code, stdout } = await run(`sync ${userId}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Synced\. .* has Army with 5 soldiers\./);
    expect(stdout).toContain("Status: none → active");
    expect(await demo.db.change.findFirst({ where: { userId } })).toMatchObject({
      actorKind: "command_line",
    });
    expect((await run(`sync ${userId}`)).stdout).toMatch(/^Nothing to change\./);
  });

  it("about whom staff must decide is left alone, which ends with 3", async () => {
    const { userId } = someoneWith("unmapped_price");
    const { code, stdout } = await run(`sync ${userId}`);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^Nothing was changed\./);
  });

  it("is not synced while Stripe does not answer, which ends with 1 and says so", async () => {
    const fault = demo.sandbox.control.addFault({
      effect: { type: "forbidden" },
      match: { path: "/v1/subscriptions" },
    });
    const { code, stdout } = await run(`sync ${someoneWith("plan_mismatch").userId}`);
    demo.sandbox.control.clearFaults(fault);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Not synced: Stripe could not be asked/);
  });

  it("is found by a workspace, which then follows", async () => {
    const { key } = COMPANY.filter(({ story }) => story.verdict === "locked_out")[1] ?? { key: "" };
    const { code, stdout } = await run(`fix-workspace ws_${key}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/: locked, 0 soldiers → active, 1 soldier\n/);
    const none = await run("fix-workspace ws_none");
    expect(none).toMatchObject({ code: 1, stderr: "There is no workspace ws_none of a user.\n" });
  });
});

describe("everybody", () => {
  it("is synced by --apply, which says who was not and why", async () => {
    const { code, stdout } = await run("sync --all --apply");
    expect(code).toBe(3);
    expect(stdout).toContain("15 customers have paid and are locked out: repaired.");
    expect(stdout).toContain("Not repaired, and why");
    expect(stdout).toMatch(
      /2 customers pay a price that no plan claims: somebody must decide\.\n {6}user_\d{4} /,
    );
    expect(stdout).toMatch(/\d+ users are not in sync\.\n$/);
  });

  it("is synced a second time without a change", async () => {
    const changes = await demo.db.change.count();
    const { run: second, remaining } = await json("sync --all --apply");
    expect(second).toMatchObject({ synced: 0, state: "done" });
    expect(remaining).toBe(23);
    expect(await demo.db.change.count()).toBe(changes);
  });

  it("stays as it is when Stripe refuses the key, which ends with 1 and the reason", async () => {
    const fault = demo.sandbox.control.addFault({ effect: { type: "invalid_key" } });
    const { code, stderr } = await run("sync --all --apply");
    demo.sandbox.control.clearFaults(fault);
    expect(code).toBe(1);
    expect(stderr).toContain("unauthorized");
  });

  it("can be gone on with after Ctrl-C", async () => {
    const { code, stderr } = await run("sync --all --apply", { signal: AbortSignal.abort() });
    expect(code).toBe(1);
    expect(stderr).toContain("Stopped. What is done stays");
    const joined = await run("sync --all --apply");
    expect(joined.stderr).toContain("Joined the run that is under way (command line, apply).");
    expect(joined.code).toBe(3);
  });
});

describe("runs", () => {
  it("are listed, newest first, and shown with what they came to", async () => {
    const [latest, ...others] = await json("runs");
    expect(others.length).toBeGreaterThan(3);
    const list = await run("runs");
    expect(list.stdout.split("\n")[1]).toContain(latest.id);
    expect((await json("runs --limit 2")).length).toBe(2);
    const { code, stdout } = await run(`runs ${latest.id}`);
    expect(code).toBe(0);
    expect(stdout).toContain("apply, everybody, by command line; done");
    expect(stdout).toContain("2 customers pay a price that no plan claims");
    expect(await run("runs none")).toMatchObject({ code: 1, stderr: "There is no run none.\n" });
  });
});

describe("staff", () => {
  const add = ["staff", "add", "--email", "Ada@Example.com", "--name", "Ada Lovelace", "--role", "operator"];

  it("are added with a password that is made, or read from standard input and not shown", async () => {
    const made = await run(add, { password: "correct horse battery" });
    expect(made.stdout).toContain("Password, shown only now: correct horse battery");
    const changed = await run([...add, "--password-stdin"], { input: "another long password\n" });
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
    expect((await run("staff list")).stdout).toBe("Nobody yet: staff add\n");
  });
});

describe("settings", () => {
  it("are shown, changed, and told what the change means", async () => {
    expect((await run("settings")).stdout).toMatch(/^writes +full /);
    const changed = await run("settings writeMode grant_only");
    expect(changed.stdout).toMatch(/^writes: full → grant_only\nRepairs that give access are made\./);
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
      stderr: expect.stringContaining("an e-mail address (help@example.com) or an https address"),
    });
    expect((await run("settings supportContact -")).stdout).toBe("supportContact: help@example.com → -\n");
    expect(await demo.db.settingChange.findFirst({ where: { key: "graceDays" } })).toMatchObject({
      actor: "command_line:",
    });
  });
});

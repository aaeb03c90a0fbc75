import { describe, expect, it, vi } from "vitest";
import { COMMANDS, type Opening } from "./run-command";
import { captured } from "./testing/cli";

const never = () => Promise.reject(new Error("Nothing needs to be opened for this"));

describe("help", () => {
  it("names every command that there is, and none that is still to come", async () => {
    const { code, stdout } = await captured(["--help"], never);
    expect(code).toBe(0);
    for (const { name } of COMMANDS) expect(stdout).toContain(`npm run parity -- ${name}`);
    expect(stdout).not.toMatch(/undo|doctor|bind|comp\b|hold|\blink\b/);
  });

  it.each(COMMANDS.map(({ name }) => name))("of %s tells its forms and the exit codes", async (name) => {
    const { code, stdout } = await captured([name, "--help"], never);
    expect(code).toBe(0);
    expect(stdout).toContain(`npm run parity -- ${name}`);
    expect(stdout).toContain("3 unacknowledged mismatches remain");
  });
});

describe("a slip in the arguments ends with 2 before anything is opened:", () => {
  it.each([
    [[], "npm run parity -- status"],
    [["undo", "7"], "There is no command undo."],
    [["status", "ada", "bob"], "One user at a time."],
    [["status", "--al"], "Unknown option '--al'."],
    [["sync"], "Name a user, or --all."],
    [["sync", "ada", "--all"], "Name a user, or --all."],
    [["sync", "ada", "--apply"], "--apply and --read go with --all."],
    [["sync", "--all", "--read", "--apply"], "--apply reads Stripe anyway."],
    [["fix-workspace"], "Which workspace?"],
    [["runs", "--limit", "many"], "--limit is a number."],
    [["staff"], "staff add, staff list, or staff remove."],
    [["staff", "add", "--name", "Ada", "--role", "admin"], "--email"],
    [["staff", "add", "--email", "a@b.example", "--role", "admin"], "--name"],
    [["staff", "add", "--email", "a@b.example", "--name", "Ada", "--role", "boss"], "--role viewer"],
    [["staff", "add", "--email", "a@b.example", "--name", "Ada", "--password", "x"], "Unknown option"],
    [["staff", "remove"], "--email"],
    [["settings", "colour"], "There is no setting colour."],
    [["settings", "writeMode", "perhaps"], "writes is one of off, grant_only, full."],
    [["settings", "graceDays", "400"], "graceDays is at most 365."],
    [["settings", "graceDays", ""], "graceDays is a number."],
    [["settings", "revocationLimitPercent", "-1"], "Unknown option"],
  ])("%j", async (argv, message) => {
    const { code, stdout, stderr } = await captured(argv, never);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
  });
});

it("says with --json also in JSON what was wrong", async () => {
  const { code, stdout, stderr } = await captured(["sync", "--json"], never);
  expect(code).toBe(2);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "usage" } });
});

it("ends with 1 and the reason when it cannot be opened", async () => {
  const open = async (): Promise<Opening> => ({ ok: false, message: "Run: npm run db:migrate" });
  expect(await captured(["status"], open)).toEqual({
    code: 1,
    stdout: "",
    stderr: "Run: npm run db:migrate\n",
  });
});

it("closes what it opened also when a command breaks", async () => {
  const close = vi.fn(async () => {});
  const open = async (): Promise<Opening> => {
    const broken = new Proxy({}, { get: () => () => Promise.reject(new Error("broken")) });
    return { ok: true, close, context: Object.assign(Object.create(null), { parity: broken, now: () => 0 }) };
  };
  await expect(captured(["status"], open)).rejects.toThrow("broken");
  expect(close).toHaveBeenCalledOnce();
});

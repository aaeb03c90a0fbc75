import { describe, expect, it, vi } from "vitest";
import { COMMANDS, type Opening } from "./run-command";
import { runAndCapture } from "./testing/cli";

const never = () => Promise.reject(new Error("This must not open the database"));

describe("help", () => {
  it("is a command, too, as the page of a run says", async () => {
    const all = await runAndCapture(["--help"], never);
    expect(await runAndCapture(["help"], never)).toEqual(all);
    expect(await runAndCapture(["help", "sync"], never)).toEqual(
      await runAndCapture(["sync", "--help"], never),
    );
    expect(await runAndCapture(["help", "nonsense"], never)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("There is no command nonsense."),
    });
  });

  it("names all commands, and none that does not exist", async () => {
    const { code, stdout } = await runAndCapture(["--help"], never);
    expect(code).toBe(0);
    for (const { name } of COMMANDS) expect(stdout).toContain(`npm run parity -- ${name}`);
  });

  it.each(COMMANDS.map(({ name }) => name))("of %s lists its forms and the exit codes", async (name) => {
    const { code, stdout } = await runAndCapture([name, "--help"], never);
    expect(code).toBe(0);
    expect(stdout).toContain(`npm run parity -- ${name}`);
    expect(stdout).toContain("3 unacknowledged mismatches remain");
  });
});

describe("wrong arguments end with 2 before the database is opened:", () => {
  it.each([
    [[], "npm run parity -- status"],
    [["undo", "7"], "Say what to undo"],
    [["status", "ada", "bob"], "One user at a time."],
    [["status", "--al"], "Unknown option '--al'."],
    [["sync"], "Name a user, or --all."],
    [["sync", "ada", "--all"], "Name a user, or --all."],
    [["sync", "ada", "--apply"], "--apply and --read need --all."],
    [["sync", "--all", "--read", "--apply"], "--apply always reads Stripe: leave out --read."],
    [["fix-workspace"], "Give the id of one workspace."],
    [["runs", "--limit", "many"], "--limit must be a whole number from 1 to 500."],
    [
      ["staff"],
      "Use staff add, invite, withdraw, list, role, remove, end-sessions, new-password or reset-second-factor.",
    ],
    [["staff", "add", "--name", "Ada", "--role", "admin"], "--email"],
    [["staff", "add", "--email", "a@b.example", "--role", "admin"], "--name"],
    [["staff", "add", "--email", "a@b.example", "--name", "Ada", "--role", "boss"], "--role viewer"],
    [["staff", "add", "--email", "a@b.example", "--name", "Ada", "--password", "x"], "Unknown option"],
    [["staff", "remove"], "--email"],
    [["settings", "colour"], "There is no setting colour."],
    [["settings", "writeMode", "perhaps"], "writeMode: Enter one of off, grant_only, full."],
    [["settings", "graceDays", "400"], "graceDays: Enter a whole number from 0 to 365."],
    [["settings", "graceDays", ""], "graceDays: Enter a whole number from 0 to 365."],
    [["settings", "revocationLimitPercent", "-1"], "Unknown option"],
  ])("%j", async (argv, message) => {
    const { code, stdout, stderr } = await runAndCapture(argv, never);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
  });
});

it("reports wrong arguments as JSON with --json", async () => {
  const { code, stdout, stderr } = await runAndCapture(["sync", "--json"], never);
  expect(code).toBe(2);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "usage" } });
});

it.each([
  ["activity --limit 0", "--limit is not valid. Too small"],
  ["activity --limit NaN", "--limit is not valid. Invalid input"],
  ["runs --limit 0", "--limit must be a whole number from 1 to 500."],
])("says which option is wrong: %s", async (line, message) => {
  const { code, stderr } = await runAndCapture(line.split(" "), never);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});

it("ends with 1 and the reason when the installation cannot be opened", async () => {
  const open = async (): Promise<Opening> => ({ ok: false, message: "Run: npm run db:migrate" });
  expect(await runAndCapture(["status"], open)).toEqual({
    code: 1,
    stdout: "",
    stderr: "Run: npm run db:migrate\n",
  });
});

it("closes what it opened, even when the command throws", async () => {
  const close = vi.fn(async () => {});
  const open = async (): Promise<Opening> => {
    const broken = new Proxy({}, { get: () => () => Promise.reject(new Error("broken")) });
    return { ok: true, close, context: Object.assign(Object.create(null), { parity: broken, now: () => 0 }) };
  };
  await expect(runAndCapture(["status"], open)).rejects.toThrow("broken");
  expect(close).toHaveBeenCalledOnce();
});

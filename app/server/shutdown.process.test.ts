import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import { findProgram } from "~/platform/testing/desk";

// Signals and exit codes, in a process of its own.

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

async function startProcess(what = "") {
  const file = await findProgram("app/server/testing/closing-process.ts");
  const child = spawn(process.execPath, [file, what], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const exit = once(child, "close").then(([code]) => ({ code, lines: output.trim().split("\n") }));
  const isPrinted = (text: string) => expect.poll(() => output).toContain(text);
  return { child, exit, isPrinted };
}

const isLogged = (line: string) => line.startsWith("{");
/** The log's lines as they were logged: a busy pipe may pass a later one first. */
const sortByTime = (lines: readonly string[]) =>
  lines.map((line): { time: number } => JSON.parse(line)).sort((a, b) => a.time - b.time);

it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "closes what was opened last first on %s, with exit code 0",
  async (signal) => {
    const { child, exit, isPrinted } = await startProcess();
    await isPrinted("ready");
    child.kill(signal);
    const { code, lines } = await exit;
    expect(code).toBe(0);
    // The log has a stream of its own, so its lines may come between any of the others.
    const logged = lines.filter(isLogged);
    expect(lines.filter((line) => !isLogged(line))).toEqual([
      "ready",
      "web server closing",
      "database closed",
    ]);
    expect(sortByTime(logged)).toMatchObject([{ msg: "shutting down", why: signal }, { msg: "stopped" }]);
  },
);

it("takes a signal that npm passes on, right after the terminal's, for the same one", async () => {
  const { child, exit, isPrinted } = await startProcess("slow");
  await isPrinted("ready");
  child.kill("SIGINT");
  await isPrinted("web server closing");
  child.kill("SIGINT");
  const { code, lines } = await exit;
  expect(code).toBe(0);
  expect(lines).toContain("database closed");
});

it("closes when npm, which started it, is killed (case 35)", async () => {
  const { child, exit, isPrinted } = await startProcess("parent");
  await isPrinted("ready");
  child.kill("SIGKILL");
  const { lines } = await exit;
  expect(lines).toContain("database closed");
  expect(lines.filter(isLogged).map((line) => JSON.parse(line).msg)).toContain("stopped");
});

it("ends at once on a second signal, with exit code 1", async () => {
  const { child, exit, isPrinted } = await startProcess("hang");
  await isPrinted("ready");
  child.kill("SIGINT");
  await isPrinted("a second later");
  child.kill("SIGINT");
  const { code, lines } = await exit;
  expect(code).toBe(1);
  expect(lines).not.toContain("database closed");
});

it("logs an error that was not caught, closes, and ends with exit code 1", async () => {
  const { exit } = await startProcess("throw");
  const { code, lines } = await exit;
  expect(code).toBe(1);
  expect(lines).toContain("database closed");
  const [logged] = sortByTime(lines.filter(isLogged));
  expect(logged).toMatchObject({
    level: "fatal",
    msg: "uncaught exception, shutting down",
    err: { message: "a bug" },
  });
});

it("closes without ending the process, for a start that failed", async () => {
  const { exit } = await startProcess("close");
  expect(await exit).toEqual({ code: 0, lines: ["ready", "web server closing", "database closed"] });
});

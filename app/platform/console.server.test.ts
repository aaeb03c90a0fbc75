import { afterEach, expect, it } from "vitest";
import { sendConsoleToLog } from "./console.server";
import { createLog } from "./log.server";

const library = { output: globalThis.console };
let undo = () => {};
afterEach(() => undo());

it("S7: sends what libraries print to the log: masked, cut, as JSON", () => {
  const lines: string[] = [];
  undo = sendConsoleToLog(
    createLog({ level: "info", destination: { write: (line: string) => void lines.push(line) } }),
  );
  library.output.warn(`The URL path "/users/ann@example%ff" could not be decoded. ${"x".repeat(10_000)}`);
  library.output.error(new Error("for ann@example.com"));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: "warn", from: "console", msg: expect.stringContaining("/users/[email]%ff") },
    { level: "error", msg: expect.stringContaining("for [email]") },
  ]);
  expect(lines.join("").length).toBeLessThan(5_000);
});

it("S7: sends warnings of the process to the log", async () => {
  const lines: string[] = [];
  undo = sendConsoleToLog(
    createLog({ level: "info", destination: { write: (line: string) => void lines.push(line) } }),
  );
  process.emitWarning("about bob@example.com");
  await expect.poll(() => lines.join("")).toContain("about [email]");
});

import { format } from "node:util";
import type { Log } from "./log.server";

const METHODS = ["debug", "log", "info", "warn", "error"] as const;
/** Libraries put whole addresses into their warnings. */
const MAX_LENGTH = 2_000;

/**
 * Sends what libraries print, and Node's own warnings, to the log, which masks it and writes JSON. Returns a function that
 * undoes it.
 */
export function sendConsoleToLog(log: Log): () => void {
  const output = globalThis.console;
  const before = METHODS.map((method) => [method, output[method]] as const);
  const warnings = process.listeners("warning");
  const warn = (warning: Error) => log.warn({ err: warning }, "warning of the process");
  for (const method of METHODS)
    output[method] = (...printed: unknown[]) => {
      const text = format(...printed).slice(0, MAX_LENGTH);
      log[method === "log" ? "info" : method]({ from: "console" }, "%s", text);
    };
  process.removeAllListeners("warning");
  process.on("warning", warn);
  return () => {
    for (const [method, original] of before) output[method] = original;
    process.off("warning", warn);
    for (const listener of warnings) process.on("warning", listener);
  };
}

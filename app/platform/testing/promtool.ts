import { execFile, execFileSync } from "node:child_process";

/** Whether Prometheus' own checker is on this machine (Debian: the package `prometheus`). Tests that need it are skipped without. */
export const hasPromtool = ((): boolean => {
  try {
    execFileSync("promtool", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

/** Runs promtool. What it prints and its exit code; it finds nothing wrong with code 0. */
export function runPromtool(args: readonly string[], input = ""): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile("promtool", [...args], (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ code, output: `${stdout}${stderr}` });
    });
    child.stdin?.end(input);
  });
}

import { spawn } from "node:child_process";

export type Outcome = { code: number; output: string; seconds: number };

const running = new Set<number>();

/**
 * Runs a program to its end and keeps its output. It gets no standard input, and a process group of its own, so that
 * `endChildren` also ends what the program started.
 */
export function run(
  program: string,
  args: string[],
  options: { env?: NodeJS.ProcessEnv; timeoutMs?: number; onOutput?: (text: string) => void } = {},
): Promise<Outcome> {
  const { env = process.env, timeoutMs = 10 * 60_000, onOutput } = options;
  const begin = performance.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const pid = child.pid ?? 0;
    if (pid) running.add(pid);
    let output = "";
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
      onOutput?.(chunk.toString());
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const timer = setTimeout(() => {
      output += `\nstopped after ${timeoutMs / 1000} s\n`;
      signal(pid, "SIGKILL");
    }, timeoutMs);
    const end = (code: number) => {
      clearTimeout(timer);
      running.delete(pid);
      signal(pid, "SIGTERM"); // what it left running in its group
      resolve({ code, output, seconds: (performance.now() - begin) / 1000 });
    };
    child.once("error", (error) => {
      output += `${error.message}\n`;
      end(127);
    });
    child.once("close", (code) => end(code ?? 1));
  });
}

/** Ends everything that `run` started and that still runs: SIGTERM first, SIGKILL after five seconds. */
export async function endChildren(): Promise<void> {
  const deadline = Date.now() + 5000;
  for (const pid of running) signal(pid, "SIGTERM");
  while (running.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  for (const pid of running) signal(pid, "SIGKILL");
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    if (group) process.kill(-group, name);
  } catch {
    // the group is gone already
  }
}

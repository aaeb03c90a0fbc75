import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { SHORT_LIVED } from "~/platform/testing/programs";
import type { Order } from "./child-main";

export type Child = {
  /** Sends SIGKILL. */
  kill(): void;
  /** Resolves when it has ended: its exit code, or null when it was killed. */
  ended: Promise<number | null>;
};

/** Processes that reconcile and may be killed. The next one is loaded while another works. */
export type ChildProcesses = {
  start(order: Order): Promise<Child>;
  close(): Promise<void>;
};

/** `bundle`: the file of the bundled `child-main.ts`. */
export function openChildProcesses(bundle: string): ChildProcesses {
  const all = new Set<ChildProcess>();
  const load = async () => {
    const loaded = spawn(process.execPath, [...SHORT_LIVED, bundle], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    all.add(loaded);
    loaded.once("exit", () => all.delete(loaded));
    loaded.stdin.on("error", () => {}); // it may be killed before it reads its order
    await once(loaded.stdout, "data");
    return loaded;
  };
  let next = load();
  return {
    async start(order) {
      const child = await next;
      next = load();
      const ended = once(child, "exit").then(([code]) => (typeof code === "number" ? code : null));
      child.stdin.write(`${JSON.stringify(order)}\n`);
      if (order.task === "work") await once(child.stdout, "data");
      return { ended, kill: () => void child.kill("SIGKILL") };
    },
    async close() {
      await next;
      for (const child of all) child.kill("SIGKILL");
    },
  };
}

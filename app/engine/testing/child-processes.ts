import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { build } from "vite";
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

/** Bundles the code of a child once, so that a process starts within some tenths of a second. */
export async function openChildProcesses(): Promise<ChildProcesses> {
  const folder = path.resolve(".cache", `children-${process.pid}-${Date.now()}`);
  await mkdir(folder, { recursive: true });
  await build({
    configFile: false,
    publicDir: false,
    logLevel: "error",
    resolve: { alias: { "~": path.resolve("app") } },
    build: {
      ssr: path.resolve("app/engine/testing/child-main.ts"),
      outDir: folder,
      emptyOutDir: false,
      rollupOptions: { output: { entryFileNames: "child.mjs" } },
    },
  });
  const all = new Set<ChildProcess>();
  const load = async () => {
    const loaded = spawn(process.execPath, [path.join(folder, "child.mjs")], {
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
      await rm(folder, { recursive: true, force: true });
    },
  };
}

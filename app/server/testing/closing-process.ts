import { spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { createLog } from "~/platform/log.server";
import { closeOnExit } from "../shutdown.server";
import { watchParent } from "../watch-parent.server";

// A process that stays alive until it is ended. Its argument: what happens once it is ready.
const [what] = process.argv.slice(2);
const print = (line: string) => void process.stdout.write(`${line}\n`);

if (what === "parent") {
  // Stands for npm: starts the process itself, and shares its output.
  spawn(process.execPath, [process.argv[1] ?? "", "child"], { stdio: "inherit" });
} else {
  const shutdown = closeOnExit(createLog({ level: "info" }));
  const keepAlive = setInterval(() => {}, 1_000);
  watchParent({ startedByNpm: what === "child", onGone: () => shutdown.end("npm has ended") });
  shutdown.add({ name: "database", close: () => print("database closed") });
  shutdown.add({
    name: "web server",
    close: async () => {
      print("web server closing");
      // "slow": takes as long as a request that is being answered.
      if (what === "slow") await wait(300);
      // "hang": waits for a second signal, which counts as one after a second.
      if (what === "hang") {
        await wait(1_050);
        print("a second later");
        await new Promise<void>(() => {});
      }
    },
  });
  print("ready");
  if (what === "throw") setTimeout(() => Promise.reject(new Error("a bug")));
  if (what === "close") {
    await shutdown.closeAll();
    clearInterval(keepAlive);
  }
}

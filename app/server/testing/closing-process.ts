import { createLog } from "~/platform/log.server";
import { closeOnExit } from "../shutdown.server";

// A process that stays alive until it is ended. Its argument: what happens once it is ready.
const [what] = process.argv.slice(2);
const shutdown = closeOnExit(createLog({ level: "info" }));
const print = (line: string) => void process.stdout.write(`${line}\n`);
const keepAlive = setInterval(() => {}, 1_000);

shutdown.add({ name: "database", close: () => print("database closed") });
shutdown.add({
  name: "web server",
  close: () => {
    print("web server closing");
    // "hang": waits for a second signal.
    return what === "hang" ? new Promise<void>(() => {}) : undefined;
  },
});
print("ready");
if (what === "throw") setTimeout(() => Promise.reject(new Error("a bug")));
if (what === "close") {
  await shutdown.closeAll();
  clearInterval(keepAlive);
}

import { spawn } from "node:child_process";
import { Socket } from "node:net";

/** Waits until the other end of its input is gone, then stops PostgreSQL, if that is still the one that was started. */
const WATCH = `cat > /dev/null; [ "$(head -n 1 "$1/postmaster.pid" 2> /dev/null)" = "$2" ] && kill -INT "$2"`;

/**
 * Lets PostgreSQL end with this process, however that ends, by SIGKILL too: a small shell holds a pipe to it. It has a
 * session of its own, so that a signal to our whole group does not reach it.
 */
export function stopWithOwner(dataDirectory: string, postmasterPid: number): void {
  if (process.platform === "win32") return;
  const watcher = spawn("sh", ["-c", WATCH, "parity-demo-postgres", dataDirectory, String(postmasterPid)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    cwd: "/",
  });
  watcher.on("error", () => {}); // Without a shell it stays as it was: the next start adopts what is left.
  watcher.unref();
  if (watcher.stdin instanceof Socket) watcher.stdin.unref();
}

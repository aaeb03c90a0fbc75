import type { Log } from "~/platform/log.server";
import { type CloseHook, closeAll } from "./shutdown.server";

export type Opened = {
  /** Remembers what has to be closed. The last one opened is closed first. */
  push: (hook: CloseHook) => void;
  /** Closes everything and ends the process. The second call ends it at once. */
  end: (exitCode: number) => Promise<void>;
};

const deadline = 10_000;

/**
 * What the process has opened, closed again however it ends: asked to (SIGINT, SIGTERM; asked twice, at once), by a
 * start that failed half-way, or by a bug that nobody caught, which the log then tells.
 */
export function trackOpened(log: Log): Opened {
  const opened: CloseHook[] = [];
  let ending = false;
  const end = async (exitCode: number) => {
    if (ending) process.exit(1);
    ending = true;
    await closeAll(opened.toReversed(), log, deadline);
    process.exit(exitCode);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void end(0));
  for (const event of ["uncaughtException", "unhandledRejection"] as const)
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, "Parity ends because of a bug");
      void end(1);
    });
  return { push: (hook) => void opened.push(hook), end };
}

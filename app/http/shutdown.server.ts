import type { Server } from "node:http";
import type { Log } from "~/log.server";

const sweepMs = 50;

export type CloseHook = { name: string; close: () => Promise<void> | void };

export type ShutdownOptions = {
  server: Server;
  hooks: readonly CloseHook[];
  log: Log;
  /** For the requests together, and then for each hook, in milliseconds. */
  deadline: number;
};

/**
 * Stops accepting, lets requests finish, then closes what they needed, in the order given (what uses comes before
 * what is used). What does not end in time is left behind and named: the process ends in any case.
 */
export async function shutDown({ server, hooks, log, deadline }: ShutdownOptions): Promise<void> {
  const finished = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection that was kept open for the next request becomes idle when its last one has been answered.
  const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
  if (!(await within(deadline, finished))) {
    log.warn({ deadline }, "requests did not finish in time and are cut off");
    server.closeAllConnections();
  }
  clearInterval(sweep);
  for (const { name, close } of hooks) {
    try {
      const closed = Promise.resolve(close()).then(() => undefined);
      if (!(await within(deadline, closed))) log.warn({ hook: name, deadline }, "did not close in time");
    } catch (error) {
      log.error({ err: error, hook: name }, "did not close cleanly");
    }
  }
}

/** Whether the work ended before the deadline. */
async function within(milliseconds: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

import type { Server } from "node:http";
import type { Log } from "~/platform/log.server";

export type CloseHook = { name: string; close: () => Promise<void> | void };

const sweepMs = 50;

/**
 * Stops accepting and lets requests finish; what is not done after `deadline` milliseconds is cut off.
 */
export async function drain(server: Server, log: Log, deadline: number): Promise<void> {
  const finished = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection that was kept open for the next request becomes idle when its last one has been answered.
  const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
  if (!(await within(deadline, finished))) {
    log.warn({ deadline }, "requests did not finish in time and are cut off");
    server.closeAllConnections();
  }
  clearInterval(sweep);
}

/**
 * Closes one after the other, in the order given, each for at most `deadline` milliseconds. Never throws: what fails
 * or does not end in time is named in the log and left behind.
 */
export async function closeAll(hooks: readonly CloseHook[], log: Log, deadline: number): Promise<void> {
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

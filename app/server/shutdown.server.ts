import type { Server } from "node:http";
import closeWithGrace from "close-with-grace";
import type { Log } from "~/platform/log.server";
import { TIMED_OUT, withTimeout } from "~/platform/with-timeout";

export type CloseHook = { name: string; close: () => Promise<void> | void };

export type ShutdownHooks = {
  /** The hook added last runs first. */
  add: (...hooks: CloseHook[]) => void;
  /** Runs these hooks now, and not again at the end. Never throws. */
  closeNow: (hooks: readonly CloseHook[]) => Promise<void>;
  /** Runs all hooks, once, and leaves the process running. Never throws. */
  closeAll: () => Promise<void>;
  /** Closes and ends the process with exit code 0, as a signal does. `why` goes to the log. */
  end: (why: string) => void;
};

const CLOSE_MS = 10_000;
const SWEEP_MS = 50;
/** npm passes a signal on that the terminal or the supervisor has sent to the whole group already: this is one signal. */
const SAME_SIGNAL_MS = 1_000;
const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/**
 * Runs the hooks and ends the process on a signal (exit code 0) or on an error that was not caught (1). A second signal,
 * later than a second after the first, ends it at once (1).
 */
export function closeOnExit(log: Log): ShutdownHooks {
  const hooks = new Set<CloseHook>();
  let closing: Promise<void> | null = null;
  let endingSince: number | null = null;
  const closeHooks = () => {
    closing ??= closeAll([...hooks].toReversed(), log, CLOSE_MS);
    return closing;
  };
  // No time limit over all of them: each hook has its own. Signals are ours: the library ends the process at the second one.
  const grace = closeWithGrace(
    { delay: false, logger: log, skip: ["beforeExit", ...SIGNALS] },
    async ({ err }) => {
      const started = performance.now();
      if (err) log.fatal({ err }, "uncaught exception, shutting down");
      await closeHooks();
      log.info({ ms: Math.round(performance.now() - started) }, "stopped");
    },
  );
  const end = (why: string) => {
    if (endingSince !== null) return;
    endingSince = performance.now();
    log.info({ why }, "shutting down");
    void grace.close();
  };
  for (const signal of SIGNALS)
    process.on(signal, () => {
      if (endingSince === null) return end(signal);
      if (performance.now() - endingSince < SAME_SIGNAL_MS) return;
      log.error({ signal }, "second signal, ending at once");
      process.exit(1);
    });
  return {
    add: (...added) => {
      for (const hook of added) hooks.add(hook);
    },
    closeNow: async (done) => {
      for (const hook of done) hooks.delete(hook);
      await closeAll(done.toReversed(), log, CLOSE_MS);
    },
    closeAll: closeHooks,
    end,
  };
}

/** Stops accepting connections and lets requests finish. Cuts off those that still run after `deadlineMs`. */
export async function drain(server: Server, log: Log, deadlineMs: number): Promise<void> {
  const finished = new Promise<void>((resolve) => server.close(() => resolve()));
  // A keep-alive connection becomes idle only when its last request has been answered.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  if ((await withTimeout(finished, deadlineMs)) === TIMED_OUT) {
    log.warn({ deadlineMs }, "requests did not finish in time; connections cut off");
    server.closeAllConnections();
  }
  clearInterval(sweep);
}

/**
 * Runs the hooks one after another, in the order given, each for at most `deadlineMs`. Never throws: a hook that fails or
 * takes too long is named in the log, and the next one runs.
 */
export async function closeAll(hooks: readonly CloseHook[], log: Log, deadlineMs: number): Promise<void> {
  for (const { name, close } of hooks) {
    try {
      const closed = await withTimeout(Promise.resolve(close()), deadlineMs);
      if (closed === TIMED_OUT) log.warn({ hook: name, deadlineMs }, "shutdown hook timed out");
    } catch (error) {
      log.error({ err: error, hook: name }, "shutdown hook failed");
    }
  }
}

import type { Log } from "../log.server";
import { TIMED_OUT, withTimeout } from "../with-timeout";

export type Tracing = {
  /** Sends what has ended and is not sent yet. Never throws, and gives up after a while. */
  flush(): Promise<void>;
  /** Sends what is left, and makes no more spans. */
  close(): Promise<void>;
};

/** A collector that does not answer must not hold up the end of a process. Milliseconds. */
const FLUSH_MS = 3_000;

/**
 * Starts to send spans to an OpenTelemetry collector; null when it is not switched on, and then nothing of OpenTelemetry's is loaded
 * but its interface. `endpoint` is where spans are posted.
 */
export async function startTracing(endpoint: string | null, log: Log): Promise<Tracing | null> {
  if (endpoint === null) return null;
  const { openProvider } = await import("./provider.server");
  const provider = openProvider(endpoint, log);
  const within = async (work: Promise<void>) => {
    const done = await withTimeout(work, FLUSH_MS).catch(() => null);
    if (done === TIMED_OUT) log.warn({ waitedMs: FLUSH_MS }, "traces not sent in time");
  };
  return {
    flush: () => within(provider.flush()),
    close: () => within(provider.close()),
  };
}

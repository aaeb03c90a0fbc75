import type { Log } from "~/platform/log.server";
import type { Limiter } from "~/stripe/limiter.server";
import { createStripeReader, type StripeReader } from "~/stripe/reader.server";

type LoneReaderOptions = { secretKey: string; apiBase: string | null; readsPerSecond: number; log: Log };

/** Reads Stripe where no database of Parity's is there to share the budget and to number the answers. */
export function createLoneReader({
  secretKey,
  apiBase,
  readsPerSecond,
  log,
}: LoneReaderOptions): StripeReader {
  let version = 0;
  return createStripeReader({
    ...{ secretKey, apiBase, log, limiter: createPacer(readsPerSecond) },
    nextVersion: async () => {
      version += 1;
      return version;
    },
  });
}

const SLOWED_MS = 2_000;

/** One request after the other, never more in a second than allowed, and none for a while after Stripe asks to slow down. */
function createPacer(perSecond: number): Limiter {
  let nextAt = 0;
  return {
    async acquire(_endpoint, _priority, timeoutMs) {
      const wait = Math.max(0, nextAt - performance.now());
      if (wait > timeoutMs) return false;
      nextAt = performance.now() + wait + 1000 / perSecond;
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      return true;
    },
    async slowDown() {
      nextAt = Math.max(nextAt, performance.now() + SLOWED_MS);
    },
    release() {},
  };
}

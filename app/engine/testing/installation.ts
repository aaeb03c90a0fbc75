import { createParity } from "~/facade/create-parity.server";
import type { Parity } from "~/facade/parity.server";
import { createDatabase, type Database } from "~/platform/client.server";
import { createLog } from "~/platform/log.server";
import { nextVersion } from "~/platform/stamps.server";
import { createLimiter } from "~/stripe/limiter.server";
import { createMemoryBudget } from "~/stripe/memory-budget";
import { createStripeReader } from "~/stripe/reader.server";

/** Where an installation finds its database and its Stripe. */
export type Place = { url: string; stripeUrl: string; secretKey: string };

export type Installation = { db: Database; parity: Parity; close(): Promise<void> };

/** What one process of Parity is made of, at a place of its own. */
export function openInstallation({ url, stripeUrl, secretKey }: Place): Installation {
  const db = createDatabase(url, { poolSize: 4 });
  const log = createLog({ level: "silent" });
  const limiter = createLimiter({
    budget: createMemoryBudget({ backgroundPerSecond: 2_000, globalPerSecond: 4_000 }),
  });
  const stripe = createStripeReader({
    ...{ secretKey, apiBase: stripeUrl, limiter, log },
    nextVersion: () => nextVersion(db),
  });
  const parity = createParity({ db, stripe, configuredAccountId: null, sandbox: false, log });
  return {
    db,
    parity,
    async close() {
      await parity.close();
      await db.$disconnect();
    },
  };
}

/** Reconciles everybody, to the end of a run; its id. While another process is at it, looks again a little later. */
export async function reconcileAll({ runs }: Parity, scope: "incremental" | "full"): Promise<string> {
  for (;;) {
    const { done, runId, alreadyRunning, reason } = await runs.cron({ budgetMs: 5_000, scope });
    if (done) return runId;
    if (alreadyRunning || reason !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

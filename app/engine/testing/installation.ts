import type { Parity } from "~/facade/parity.server";
import { createParity } from "~/facade/parity.server";
import { createDatabase, type Database } from "~/platform/client.server";
import { createLog } from "~/platform/log.server";
import { nextVersion } from "~/platform/versions.server";
import { createLimiter } from "~/stripe/limiter.server";
import { createStripeReader } from "~/stripe/reader.server";
import { createMemoryBudget } from "~/stripe/testing/memory-budget";

/** Signs webhooks in tests. */
export const WEBHOOK_SECRET = "whsec_test";

/** The addresses of an installation's database and Stripe. */
export type Endpoints = { url: string; stripeUrl: string; secretKey: string };

export type Installation = { db: Database; parity: Parity; close(): Promise<void> };

/** Opens what one process of Parity consists of. */
export function openInstallation({ url, stripeUrl, secretKey }: Endpoints): Installation {
  const db = createDatabase(url, { poolSize: 4, connectTimeoutMs: 60_000 });
  const log = createLog({ level: "silent" });
  const limiter = createLimiter({
    budget: createMemoryBudget({ backgroundPerSecond: 2_000, globalPerSecond: 4_000 }),
  });
  const stripe = createStripeReader({
    ...{ secretKey, apiBase: stripeUrl, limiter, log },
    nextVersion: () => nextVersion(db),
  });
  const parity = createParity({
    ...{ db, stripe, configuredAccountId: null, sandbox: false, log },
    webhookSecret: WEBHOOK_SECRET,
  });
  return {
    db,
    parity,
    async close() {
      await parity.close();
      await db.$disconnect();
    },
  };
}

/** Reconciles all users to the end of a run; its id. Waits while another process works on the run. */
export async function reconcileAll({ runs }: Parity, scope: "incremental" | "full"): Promise<string> {
  for (;;) {
    const { done, runId, alreadyRunning, reason } = await runs.cron({ budgetMs: 5_000, scope });
    if (done) return runId;
    if (alreadyRunning || reason !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

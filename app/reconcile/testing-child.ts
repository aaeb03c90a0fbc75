import { createDatabase } from "~/db/client.server";
import { nextStamp } from "~/db/stamps.server";
import { createLog } from "~/log.server";
import { createLimiter } from "~/stripe/limiter.server";
import { createMemoryBudget } from "~/stripe/memory-budget";
import { createStripeReader } from "~/stripe/reader.server";
import { createParity } from "./create-parity.server";

// A process of its own that reconciles everybody, to be killed at any moment: database, Stripe and key as arguments.
const [url = "", apiBase = "", secretKey = ""] = process.argv.slice(2);
const db = createDatabase(url, { poolSize: 4 });
const log = createLog({ level: "silent" });
const limiter = createLimiter({
  budget: createMemoryBudget({ backgroundPerSecond: 500, globalPerSecond: 500 }),
});
const stripe = createStripeReader({ secretKey, apiBase, limiter, nextStamp: () => nextStamp(db), log });
const parity = createParity({ db, stripe, configuredAccountId: null, sandbox: false, log });
await db.$queryRaw`SELECT 1`;
process.stdout.write("ready\n");
for (let done = false; !done; ) done = (await parity.runs.cron({ budgetMs: 5_000, reach: "tick" })).done;
await db.$disconnect();

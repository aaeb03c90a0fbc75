import { createStripeBudget } from "~/engine/account/stripe-budget.server";
import { createDatabase } from "~/platform/client.server";
import { createLimiter } from "~/stripe/limiter.server";

// A process that takes permits of the shared budget. Arguments: database, ceiling a second, number of permits.
const [url = "", perSecond = "", many = ""] = process.argv.slice(2);
const db = createDatabase(url, { poolSize: 2 });
const ceilings = { backgroundPerSecond: Number(perSecond), globalPerSecond: 10_000 };
const limiter = createLimiter({ budget: createStripeBudget(db, ceilings) });
await db.$queryRaw`SELECT 1`;
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));
const taken = Array.from({ length: Number(many) }, async () => {
  if (!(await limiter.acquire("GET /v1/subscriptions", "background", 60_000))) throw new Error("No permit");
});
await Promise.all(taken);
await db.$disconnect();
process.stdin.destroy();

import { createDatabase } from "~/platform/client.server";
import { createStripeBudget } from "~/platform/stripe-budget.server";
import { createLimiter } from "~/stripe/limiter.server";

// A process of its own that takes its part of the budget: database, ceiling a second and how many as arguments.
const [url = "", perSecond = "", many = ""] = process.argv.slice(2);
const db = createDatabase(url, { poolSize: 2 });
const ceilings = { backgroundPerSecond: Number(perSecond), globalPerSecond: 10_000 };
const limiter = createLimiter({ budget: createStripeBudget(db, ceilings) });
await db.$queryRaw`SELECT 1`;
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));
const taken = Array.from({ length: Number(many) }, async () => {
  if (!(await limiter.take("GET /v1/subscriptions", "background", 60_000))) throw new Error("No turn");
});
await Promise.all(taken);
await db.$disconnect();
process.stdin.destroy();

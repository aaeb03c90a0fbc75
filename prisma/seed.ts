import { createDatabase } from "~/platform/client.server";
import { listPendingMigrations } from "~/platform/migrations/migrate.server";
import { outliveOutput } from "~/platform/surroundings/outlive-output.server";
import { withPostgres } from "~/server/open-postgres.server";
import { ensurePlans, SHIPPED_PLANS } from "./plans";

// npm run db:seed: creates what a new installation needs: plans and the lookup keys of their prices. It creates no users;
// `npm start` creates those of the demo.
outliveOutput();
const say = (message: string) => void process.stdout.write(`${message}\n`);

process.exitCode = await withPostgres(process.env, async (url) => {
  if ((await listPendingMigrations(url)).length > 0) {
    process.stderr.write("The database is behind. Run: npm run db:migrate\n");
    return 1;
  }
  const db = createDatabase(url);
  try {
    await db.$transaction(ensurePlans);
    const names = SHIPPED_PLANS.map(({ name, lookupKey }) => `${name} (${lookupKey})`).join(", ");
    say(`The plans exist: ${names}.`);
    return 0;
  } finally {
    await db.$disconnect();
  }
});

import { createTestDatabase, type TestDatabase } from "~/db/testing";
import { createLog } from "~/log.server";
import { openParity } from "~/open-parity.server";
import type { Parity } from "~/reconcile/parity.server";
import { createSandbox, type Sandbox } from "~/sandbox/sandbox";
import { seedDemo } from "../../prisma/demo";

/** The seeded demo as tests use it: a real PostgreSQL, and the sandbox behind the real SDK over HTTP. */
export type Demo = TestDatabase & {
  sandbox: Sandbox;
  sandboxUrl: string;
  parity: Parity;
  close(): Promise<void>;
};

export const epochSeconds = () => Math.floor(Date.now() / 1000);

/** Requests a second that do not hold tests up. */
const UNHURRIED = 2_000;

export async function createDemo(): Promise<Demo> {
  const database = await createTestDatabase();
  const sandbox = createSandbox();
  const listening = await sandbox.listen();
  await seedDemo({ db: database.db, sandbox, now: epochSeconds() });
  const parity = openParity({
    db: database.db,
    stripe: {
      secretKey: sandbox.secretKey,
      mode: "test",
      checkoutKey: null,
      apiBase: listening.url,
      accountId: null,
      webhookSecret: null,
      readsPerSecond: UNHURRIED,
    },
    sandbox: true,
    log: createLog({ level: "silent" }),
  });
  return {
    ...database,
    sandbox,
    sandboxUrl: listening.url,
    parity,
    async close() {
      await parity.close();
      await listening.close();
      await database.drop();
    },
  };
}

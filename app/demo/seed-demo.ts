import { loadCatalogue } from "~/engine/account/catalogue.server";
import type { Database } from "~/platform/client.server";
import type { Sandbox } from "~/sandbox/sandbox";
import { ensurePlans } from "../../prisma/plans";
import { DEMO_USERS } from "./company/demo-users";
import { prepareUser } from "./company/prepare-user";
import { createPrices, mapPrices } from "./company/prices";
import { UNCLAIMED_CUSTOMERS } from "./company/stories/unclaimed-customers";
import { leaveUnlinked } from "./company/story";
import { createCustomers } from "./company/stripe-customers";
import { writeDecisions, writeRecords } from "./company/write-rows";

export { DEMO_USERS } from "./company/demo-users";

export type SeedInput = {
  db: Database;
  sandbox: Sandbox;
  /** Epoch seconds; all dates are counted back from here. */
  now: number;
};

/**
 * Fills an empty database and the sandbox with made-up customers. Does nothing when there are users.
 * All ids are the same each time, and existing objects in the sandbox stay: a database that was deleted can be filled
 * again while the sandbox is kept.
 */
export async function seedDemo({ db, sandbox, now }: SeedInput): Promise<{ seeded: boolean }> {
  if ((await db.user.count()) > 0) return { seeded: false };
  await db.$transaction(async (tx) => {
    await ensurePlans(tx);
    await mapPrices(tx);
    const catalogue = await loadCatalogue(tx);
    // Objects of the past make no events: Parity was not running yet.
    const users = sandbox.bulk(() => {
      createPrices(sandbox, now);
      createUnclaimedCustomers(sandbox, now);
      return DEMO_USERS.map((user) => prepareUser(user, sandbox, catalogue, now));
    });
    await writeRecords(tx, users);
    await writeDecisions(tx, users, now);
    await tx.setting.createMany({
      data: { key: "writeMode", value: "full", updatedBy: "demo" },
      skipDuplicates: true,
    });
  });
  sandbox.flush();
  return { seeded: true };
}

function createUnclaimedCustomers(sandbox: Sandbox, now: number): void {
  for (const { name, email, subscription } of UNCLAIMED_CUSTOMERS) {
    const owner = { key: email, name, email, userId: null, nextUserId: null };
    createCustomers(sandbox, [leaveUnlinked(subscription)], owner, now);
  }
}

import { loadCatalogue } from "~/engine/account/catalogue.server";
import type { Database } from "~/platform/client.server";
import type { Sandbox } from "~/sandbox/sandbox";
import { ensurePlans } from "../../prisma/plans";
import { COMPANY } from "./company/company";
import { makeCustomers } from "./company/in-stripe";
import { claimPrices, makePrices } from "./company/prices";
import { writeDecisions, writeRecords } from "./company/rows";
import { settle } from "./company/settle";
import { UNCLAIMED } from "./company/stories/unclaimed";
import { unlinked } from "./company/story";

export { COMPANY } from "./company/company";

export type SeedInput = {
  db: Database;
  sandbox: Sandbox;
  /** Epoch seconds; everything is dated from here. */
  now: number;
};

/**
 * Fills an empty database and the sandbox with a company of made-up customers. Does nothing when there are users.
 * All ids are the same each time, and what the sandbox has already stays, so that a database that was thrown away is
 * filled again beside a sandbox that was kept.
 */
export async function seedDemo({ db, sandbox, now }: SeedInput): Promise<{ seeded: boolean }> {
  if ((await db.user.count()) > 0) return { seeded: false };
  await db.$transaction(async (tx) => {
    await ensurePlans(tx);
    await claimPrices(tx);
    const catalogue = await loadCatalogue(tx);
    // History makes no events: nobody was listening.
    const people = sandbox.bulk(() => {
      makePrices(sandbox, now);
      makeUnclaimed(sandbox, now);
      return COMPANY.map((person) => settle(person, sandbox, catalogue, now));
    });
    await writeRecords(tx, people);
    await writeDecisions(tx, people, now);
    await tx.setting.createMany({
      data: { key: "writeMode", value: "full", updatedBy: "demo" },
      skipDuplicates: true,
    });
  });
  sandbox.flush();
  return { seeded: true };
}

function makeUnclaimed(sandbox: Sandbox, now: number): void {
  for (const { name, email, subscription } of UNCLAIMED) {
    const owner = { key: email, name, email, userId: null, nextUserId: null };
    makeCustomers(sandbox, [unlinked(subscription)], owner, now);
  }
}

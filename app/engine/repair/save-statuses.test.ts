import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDemo, type Demo } from "~/cli/testing/cli";
import { loadEvaluationContext } from "~/engine/evaluate/deps.server";
import { CRON, STAFF, syncAll } from "~/engine/testing/world";
import { createLog } from "~/platform/log.server";
import { reconcileUsers } from "./reconcile-users.server";

let demo: Demo;
beforeEach(async () => {
  demo = await createDemo();
});
afterEach(() => demo.close());

const listStatuses = () =>
  demo.db.syncStatus.findMany({
    orderBy: { userId: "asc" },
    omit: { evaluatedAt: true, evaluatedVersion: true, observedAt: true },
  });

/** Loads and evaluates all users again, and saves what comes out. */
async function evaluateAgain(): Promise<void> {
  const users = await demo.db.user.findMany({ select: { id: true } });
  await demo.db.syncStatus.updateMany({ data: { fingerprint: "not what is stored" } });
  await reconcileUsers(demo.db, {
    log: createLog({ level: "silent" }),
    userIds: users.map(({ id }) => id),
    context: await loadEvaluationContext(demo.db),
    actor: CRON,
    apply: false,
    saveStatuses: true,
    addressesRead: false,
    run: null,
  });
}

describe("the sync status after a repair, computed from what was written", () => {
  it("is what loading the users again gives, for every story of the demo", async () => {
    await syncAll(demo.parity, "staff");
    expect(await demo.db.change.count()).toBeGreaterThan(40);
    const computed = await listStatuses();
    await evaluateAgain();
    expect(await listStatuses()).toEqual(computed);
  });

  it("is the same when users are repaired one by one", async () => {
    await demo.parity.runs
      .preview({ actor: STAFF, readStripe: true })
      .then(({ id }) => demo.parity.runs.step(id, 60_000));
    const differing = await demo.db.syncStatus.findMany({
      where: {
        verdict: {
          in: ["locked_out", "plan_mismatch", "access_mismatch", "status_mismatch", "unpaid_access"],
        },
      },
      select: { userId: true },
    });
    for (const { userId } of differing) await demo.parity.syncUser({ userId, actor: STAFF });
    const computed = await listStatuses();
    await evaluateAgain();
    expect(await listStatuses()).toEqual(computed);
  });
});

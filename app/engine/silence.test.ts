import { afterEach, beforeEach, expect, it } from "vitest";
import { createLog } from "~/platform/log.server";
import {
  addPayingUser,
  addSyncedUser,
  addUser,
  createWorld,
  STAFF,
  syncAll,
  WORKSPACE,
  type World,
} from "./testing/world";

let world: World;
let lines: string[];

beforeEach(async () => {
  lines = [];
  const log = createLog({ level: "trace", destination: { write: (line: string) => void lines.push(line) } });
  world = await createWorld({}, log);
});
afterEach(() => world.close());

/** Everything that can happen to a few users: repairs, revocations, conflicts, failures, refusals, broken rows. */
async function everything() {
  const { sandbox, parity, db } = world;
  await addPayingUser(world, "ada");
  const canceled = await addSyncedUser(world, "bob");
  sandbox.subscriptions.cancel(canceled.subscriptionId);
  const unreadable = await addSyncedUser(world, "eve");
  sandbox.subscriptions.cancel(unreadable.subscriptionId);
  const match = { path: "/v1/subscriptions", query: { customer: unreadable.customerId } };
  sandbox.control.addFault({
    effect: { type: "error", status: 500, message: "No luck with eve@example.com", shouldRetry: false },
    match,
  });
  await addUser(world, { id: "gone", customerId: "cus_gone" });
  sandbox.customers.create({ email: "guest@example.com" });
  sandbox.control.addFault({ effect: { type: "error", status: 429 }, times: 2 });
  await syncAll(parity);
  await parity.syncUser({ userId: "eve", actor: STAFF });
  await parity.syncUser({ userId: "gone", actor: WORKSPACE });
  await db.$executeRaw`DROP TABLE app."Workspace" CASCADE`;
  parity.workspace.checkInBackground("ada");
  await parity.close();
  const refused = world.another({ secretKey: "sk_test_revoked_with_a_long_tail" });
  await refused.runs.preview({ actor: STAFF, readStripe: true });
  await refused.runs.cron({ budgetMs: 2_000, scope: "incremental" });
}

it("no address, name or key is ever logged, and Stripe gets only GET requests", async () => {
  await everything();
  const text = lines.join("");
  expect(lines.length).toBeGreaterThan(8);
  for (const said of [
    "user synced",
    "run finished",
    "run failed",
    "not synced",
    "checks could not be queued",
  ])
    expect(text).toContain(said);
  expect(text).not.toMatch(/@example|%40example/i);
  expect(text).not.toContain(world.sandbox.secretKey);
  expect(text).not.toContain("sk_test_revoked");
  expect(Object.keys(world.sandbox.requests.counts().byMethod)).toEqual(["GET"]);
});

it("no address is stored in the audit or in a run", async () => {
  await everything();
  const { db } = world;
  const stored = await db.$queryRaw<{ text: string }[]>`
    SELECT c::text AS text FROM parity."Change" c UNION ALL SELECT r::text FROM parity."Run" r
    UNION ALL SELECT u::text FROM parity."RunUser" u`;
  expect(stored.length).toBeGreaterThan(4);
  expect(stored.filter(({ text }) => text.includes("@"))).toEqual([]);
});

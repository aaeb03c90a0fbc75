import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Actor } from "~/engine/account/actor";
import {
  addUser,
  createWorld,
  readRowVersions,
  STAFF,
  syncAll,
  WORKSPACE,
  type World,
} from "~/engine/testing/world";

/** What applications record in words of their own. */
const RECORDS = {
  enterprise: { plan: "enterprise", subscriptionStatus: "active" },
  capitals: { plan: "PRO ", subscriptionStatus: "ACTIVE" },
  premium: { plan: null, subscriptionStatus: "premium" },
  lifetime: { plan: "army", subscriptionStatus: "lifetime" },
  overdue: { plan: "army", subscriptionStatus: "past_due" },
  empty: { plan: "", subscriptionStatus: "" },
} as const;

/** What Stripe answers: no customer, an empty list, 404, a deleted customer, a failed page. */
const ANSWERS = ["none", "list", "missing", "deleted", "failing"] as const;

const WORKSPACES = [[], [{ status: "locked", seats: 0 }], [{ status: "active", seats: 5 }]];

let world: World;

beforeAll(async () => {
  world = await createWorld();
  let n = 0;
  for (const [name, record] of Object.entries(RECORDS))
    for (const answer of ANSWERS) {
      const id = `${name}-${answer}`;
      const workspaces = WORKSPACES[n % WORKSPACES.length] ?? [];
      await addUser(world, { id, workspaces, ...addCustomer(id, answer) });
      const data = {
        ...record,
        currentPeriodEnd: new Date("2031-01-31T11:22:33.444Z"),
        cancelAtPeriodEnd: true,
      };
      await world.db.user.update({ where: { id }, data });
      n += 1;
    }
});
beforeEach(async () => {
  await world.parity.settings.set({ writeMode: "full" }, STAFF);
});
afterAll(() => world.close());

function addCustomer(id: string, answer: (typeof ANSWERS)[number]): { customerId?: string } {
  const { sandbox } = world;
  if (answer === "none") return {};
  if (answer === "missing") return { customerId: `cus_${id.replaceAll("-", "")}` };
  const { id: customerId } = sandbox.customers.create({ email: `${id}@example.com` });
  if (answer === "deleted") sandbox.customers.delete(customerId);
  if (answer === "failing")
    sandbox.control.addFault({
      effect: { type: "error", status: 500, shouldRetry: false },
      match: { query: { customer: customerId } },
    });
  return { customerId };
}

const COMMAND_LINE: Actor = { kind: "command_line", id: null };

/** Every way in which a user is reconciled. */
const CALLERS: Record<string, (world: World) => Promise<void>> = {
  "a full run": async ({ parity }) => {
    await parity.runs.cron({ budgetMs: 30_000, scope: "full" });
  },
  "an incremental run": async ({ parity }) => {
    await parity.runs.cron({ budgetMs: 30_000, scope: "incremental" });
  },
  "Sync all by staff": async ({ parity }) => {
    await syncAll(parity, "staff");
  },
  "the sync button": (at) => syncEach(at, STAFF),
  "a workspace request": (at) => syncEach(at, WORKSPACE),
  "the command line": (at) => syncEach(at, COMMAND_LINE),
  "a webhook": async ({ parity, db }) => {
    const users = await db.user.findMany({ where: { id: { in: FEW } } });
    const settle = (customerId: string) => parity.events.settle({ customerId });
    await Promise.allSettled(
      users.flatMap(({ stripeCustomerId }) => (stripeCustomerId === null ? [] : [settle(stripeCustomerId)])),
    );
  },
};

/** The callers of one user at a time get a few of them. */
const FEW = ["capitals-none", "capitals-list", "overdue-missing", "overdue-failing", "lifetime-deleted"];

async function syncEach({ parity }: World, actor: Actor): Promise<void> {
  await Promise.all(FEW.map((userId) => parity.syncUser({ userId, actor })));
}

it.each(Object.keys(CALLERS))("case 1: %s clears nothing because Stripe says nothing", async (name) => {
  for (const writeMode of ["grant_only", "full"] as const) {
    await world.parity.settings.set({ writeMode }, STAFF);
    const before = await readRowVersions(world);
    await CALLERS[name]?.(world);
    expect(await readRowVersions(world)).toEqual(before);
  }
});

it("case 1: what is not written is said: usable workspaces wait for an admin, other words stay", async () => {
  await syncAll(world.parity);
  const page = await world.parity.userPage("lifetime-list");
  const statuses = await world.db.syncStatus.groupBy({ by: ["verdict", "blocked"], _count: true });
  expect(page?.user.sentence).toContain('records the plan "army" and the status "lifetime"');
  expect(statuses.map(({ verdict, blocked }) => `${verdict} ${blocked}`).sort()).toEqual([
    "missing_in_stripe null",
    "no_subscription null",
    "unpaid_access no_positive_evidence",
    "unpaid_access null",
  ]);
});

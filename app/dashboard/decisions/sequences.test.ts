import { afterAll, beforeAll, expect, it } from "vitest";
import type { DecisionKind } from "~/engine/decisions/kinds";
import { createSeededRandom } from "~/engine/testing/seeded-random";
import { addPayingUser, addUser, createWorld, readAccess, syncAll, type World } from "~/engine/testing/world";
import { ADMIN, addStaff, OPERATOR, toRequest } from "./testing/deciding";

// Random decisions of two people, some of them taken back at once.
const STEPS = process.env.PARITY_HUNT ? 600 : 24;

let world: World;
let customers: string[] = [];
let price = "";
const users = ["ada", "ben", "cleo"];
beforeAll(async () => {
  world = await createWorld();
  await addStaff(world);
  const { customerId } = await addPayingUser(world, "payer");
  for (const id of users) await addUser(world, { id });
  const guests = users.map((id) => {
    const customer = world.sandbox.customers.create({ email: `${id}@elsewhere.example` });
    world.sandbox.subscriptions.create({ customer: customer.id, items: [{ price: world.prices.army }] });
    return customer.id;
  });
  customers = [...guests, customerId];
  price = world.prices.army;
  await syncAll(world.parity);
});
afterAll(() => world.close());

/** What staff have decided, as it stands; not when, and not what is over. */
const readStanding = () => world.db.$queryRaw`SELECT
  (SELECT json_agg((l."userId", l."customerId", l."subscriptionId", l.source) ORDER BY 1, l."userId", l."customerId")::text
    FROM parity."Link" l) AS links,
  (SELECT json_agg((c."userId", c."planId") ORDER BY c."userId")::text FROM parity."Comp" c
    WHERE c."revokedAt" IS NULL) AS comps,
  (SELECT json_agg(h."userId" ORDER BY h."userId")::text FROM parity."Hold" h WHERE h."releasedAt" IS NULL) AS holds,
  (SELECT json_agg((a."userId", a.mismatches) ORDER BY a."userId")::text FROM parity."Acknowledgement" a) AS acknowledged,
  (SELECT json_agg(i."customerId" ORDER BY i."customerId")::text FROM parity."IgnoredCustomer" i) AS ignored,
  (SELECT json_agg((p."priceId", p."lookupKey", p."productId", p."planId") ORDER BY p."priceId", p."lookupKey")::text
    FROM parity."PlanPrice" p WHERE p.source <> 'seen') AS prices`;

it("a decision that is taken back leaves everything as it was, and no sequence locks out a user who pays", async () => {
  const seed = process.env.PARITY_HUNT ? Date.now() : 20_261_130;
  const random = createSeededRandom(seed);
  const until = `${new Date().getUTCFullYear() + 1}-06-30`;
  const choose = (): [DecisionKind, object] => {
    const userId = random.pick(users);
    const customerId = random.pick(customers);
    return random.pick<[DecisionKind, object]>([
      ["hold", { userId }],
      ["release", { userId }],
      ["give_comp", { userId, planId: random.pick(["army", "starter"]), until }],
      ["end_comp", { userId }],
      ["acknowledge", { userId }],
      ["end_acknowledgement", { userId }],
      ["confirm_link", { userId, customerId }],
      ["reject_link", { userId, customerId }],
      ["settle_conflict", { userId: random.pick([...users, "payer"]), customerId }],
      ["payer_not_ours", { customerId }],
      ["payer_ours", { customerId }],
      ["map_price", { priceId: price, planId: random.pick(["army", "starter"]) }],
      ["unmap_price", { priceId: price }],
    ]);
  };
  let made = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const [kind, input] = choose();
    const by = random.next() < 0.3 ? OPERATOR : ADMIN;
    const before = await readStanding();
    const answer = await world.parity.decisions.decide(toRequest(kind, input, by));
    const where = `seed ${seed}, step ${step}: ${kind} ${JSON.stringify(input)}`;
    if (!answer.ok) {
      expect(await readStanding(), where).toEqual(before);
      continue;
    }
    made += 1;
    if (answer.decision.undoable && random.next() < 0.5) {
      const undone = await world.parity.decisions.decide(
        toRequest("undo_decision", { decisionId: answer.decision.id }),
      );
      expect(undone.ok, `${where}: ${undone.ok ? "" : undone.message}`).toBe(true);
      made += 1;
      // Repairs may have linked by what was decided meanwhile; what staff decided is as it was.
      expect(await readStanding(), where).toEqual(before);
    }
    expect(await readAccess(world, "payer"), where).toMatch(/^active [15]$/);
  }
  expect(await world.db.decision.count()).toBe(made);
});

import fc from "fast-check";
import { expect, it } from "vitest";
import type { ObservedCustomer, Subscription } from "~/billing/observation";
import type { LinkEdge } from "~/billing/snapshot";
import { PATIENT, withRuns } from "~/billing/testing/arbitraries";
import {
  aCustomer,
  anArmyItem,
  anUnmappedItem,
  aRecord,
  aSubscription,
  CONTEXT,
} from "~/billing/testing/observations";
import { resolveLinks } from "./links";

/** Three users, two customers with up to three subscriptions each, and everything that may say whose they are. */
type World = { customers: ObservedCustomer[]; edges: LinkEdge[] };

const USERS = ["u_1", "u_2", "u_3"] as const;
const user = fc.constantFrom(...USERS);
const sometimes = fc.constantFrom(null, null, null, ...USERS);

const bought: fc.Arbitrary<Partial<Subscription>> = fc.constantFrom<Partial<Subscription>>(
  {},
  {},
  { status: "trialing" },
  { status: "unpaid" },
  { status: "canceled", endedAt: 1 },
  { items: [anArmyItem({ quantity: 0 })] },
  { items: [anUnmappedItem()] },
);

const subscription = fc.record({ bought, metadata: sometimes, session: sometimes, row: sometimes });
const customer = fc.record({
  subscriptions: fc.array(subscription, { minLength: 1, maxLength: 3 }),
  recorded: sometimes,
  metadata: sometimes,
  session: sometimes,
  confirmed: fc.constantFrom(null, null, null, null, null, null, ...USERS),
});

const worlds: fc.Arbitrary<World> = fc.tuple(customer, customer).map((all) => {
  const edges: LinkEdge[] = [];
  // A user records one customer and has one row.
  const used = new Set<string>();
  const customers = all.map((one, index) => {
    const customerId = `cus_${index}`;
    const add = (userId: string | null, source: LinkEdge["source"], subscriptionId: string | null = null) => {
      if (userId === null || used.has(`${source} ${userId}`)) return;
      if (source.startsWith("recorded")) used.add(`${source} ${userId}`);
      edges.push({ userId, customerId, subscriptionId, source });
    };
    add(one.recorded, "recorded");
    add(one.metadata, "metadata");
    add(one.session, "session");
    add(one.confirmed, "confirmed");
    const subscriptions = one.subscriptions.map(({ bought, metadata, session, row }, part) => {
      const id = `sub_${index}${part}`;
      add(metadata, "metadata", id);
      add(session, "session", id);
      add(row, "recorded_subscription", id);
      return aSubscription({ id, ...bought });
    });
    return aCustomer({ id: customerId, subscriptions });
  });
  return { customers, edges };
});

const resolve = ({ customers, edges }: World, userId: string) => {
  const linked = new Set(edges.filter((edge) => edge.userId === userId).map((edge) => edge.customerId));
  return resolveLinks(
    {
      record: aRecord({ userId }),
      customers: customers.filter(({ id }) => linked.has(id)),
      edges: edges.filter(({ customerId }) => linked.has(customerId)),
      rejections: [],
    },
    CONTEXT,
  );
};

/** By subscription: the users that have it. */
function findOwners(world: World): Record<string, string[]> {
  const owners: Record<string, string[]> = {};
  for (const { subscriptions } of world.customers) for (const { id } of subscriptions) owners[id] = [];
  for (const userId of USERS) {
    const { ownCustomerIds, otherSubscriptionIds } = resolve(world, userId);
    for (const { id: customerId, subscriptions } of world.customers)
      if (ownCustomerIds.includes(customerId))
        for (const { id } of subscriptions) if (!otherSubscriptionIds.has(id)) owners[id]?.push(userId);
  }
  return owners;
}

const isPaidPlan = ({ status, items }: Subscription) =>
  (status === "active" || status === "trialing") &&
  items.some(({ quantity, lookupKey }) => quantity > 0 && lookupKey !== null);

/** Whose subscription it is, as the specification says; null when it is not decided, or nothing names a user. */
function expectedOwner({ customers, edges }: World, customerId: string, id: string): string | null {
  const here = edges.filter((edge) => edge.customerId === customerId);
  const list = (source: LinkEdge["source"], subscriptionId: string | null) =>
    here.flatMap((edge) =>
      edge.source === source && edge.subscriptionId === subscriptionId ? [edge.userId] : [],
    );
  const onlyOne = (all: readonly string[]) => (new Set(all).size === 1 ? (all[0] ?? null) : null);
  const namedFor = (subscriptionId: string) => [
    ...new Set([...list("metadata", subscriptionId), ...list("session", subscriptionId)]),
  ];
  const confirmed = list("confirmed", null);
  if (confirmed.length > 0) return onlyOne(confirmed);
  const [recorder] = list("recorded", null);
  const [row] = list("recorded_subscription", id);
  const named = namedFor(id);
  const others = customers.flatMap((one) => (one.id === customerId ? one.subscriptions : []));
  /** Another plan that is paid for names the customer's own user; `alone`: and no other user, so that it stays. */
  const hasAnother = (alone: boolean) =>
    others.some((one) => {
      if (one.id === id || !isPaidPlan(one) || recorder === undefined) return false;
      const [otherRow] = list("recorded_subscription", one.id);
      if (otherRow !== undefined) return otherRow === recorder;
      const names = namedFor(one.id);
      return names.includes(recorder) && (names.length === 1 || !alone);
    });
  if (row !== undefined) return recorder === undefined || recorder === row || hasAnother(false) ? row : null;
  if (recorder !== undefined) {
    const foreign = named.filter((one) => one !== recorder);
    return hasAnother(true) && foreign.length > 0 ? onlyOne(foreign) : recorder;
  }
  if (named.length > 0) return onlyOne(named);
  const byOtherRows = others.flatMap((one) =>
    list("recorded_subscription", one.id).filter((userId) => !namedFor(one.id).includes(userId)),
  );
  if (byOtherRows.length > 0) return onlyOne(byOtherRows);
  const ofCustomer = [...list("metadata", null), ...list("session", null)];
  if (ofCustomer.length > 0) return onlyOne(ofCustomer);
  return onlyOne(others.flatMap((one) => [...namedFor(one.id), ...list("recorded_subscription", one.id)]));
}

it(
  "each subscription goes to the user that the rules say, or waits as a conflict with one who claims it",
  PATIENT,
  () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const owners = findOwners(world);
        const waiting = USERS.flatMap((userId) => resolve(world, userId).conflicts);
        for (const { id: customerId, subscriptions } of world.customers) {
          const isClaimed = world.edges.some((edge) => edge.customerId === customerId);
          for (const { id, status } of subscriptions) {
            const owner = expectedOwner(world, customerId, id);
            expect([id, owners[id]]).toEqual([id, owner === null ? [] : [owner]]);
            if (isClaimed && status !== "canceled" && owner === null)
              expect(waiting.flatMap((conflict) => conflict.subscriptionIds)).toContain(id);
          }
        }
      }),
      withRuns(1_500),
    );
  },
);

it("recording what is decided takes nothing from another user", PATIENT, () => {
  fc.assert(
    fc.property(worlds, user, (world, userId) => {
      const owners = findOwners(world);
      const links = resolve(world, userId);
      const isRecorded = world.edges.some(
        (edge) => edge.userId === userId && edge.source === "recorded_subscription",
      );
      const own = world.customers.flatMap(({ id: customerId, subscriptions }) =>
        subscriptions.flatMap(({ id }) => (owners[id]?.includes(userId) ? [{ customerId, id }] : [])),
      );
      for (const { customerId, id } of isRecorded ? [] : own) {
        const row: LinkEdge = { userId, customerId, subscriptionId: id, source: "recorded_subscription" };
        const edges = [...world.edges, row];
        if (!links.sharedCustomerIds.has(customerId) && !edges.some((one) => one.source === "recorded"))
          edges.push({ userId, customerId, subscriptionId: null, source: "recorded" });
        const after = findOwners({ ...world, edges });
        const named = (one: string) =>
          edges.flatMap((edge) => (edge.subscriptionId === one ? [edge.userId] : []));
        for (const [one, before] of Object.entries(owners)) {
          // The row says which one is the user's own: another that names another user goes to that user.
          const isLeft = before.includes(userId) && named(one).some((other) => other !== userId);
          if (before.length > 0 && !isLeft) expect([one, after[one]]).toEqual([one, before]);
        }
        expect(after[id]).toEqual([userId]);
      }
    }),
    withRuns(700),
  );
});

it("metadata of an outsider take nothing from the users that records name", PATIENT, () => {
  fc.assert(
    fc.property(
      worlds,
      user,
      user,
      fc.constantFrom("sub_00", "sub_01", null),
      (world, outsider, other, id) => {
        const owners = findOwners(world);
        // The attacker's own customer names a victim, and the victim's customer names the attacker.
        const foreign = aCustomer({ id: "cus_9", subscriptions: [aSubscription({ id: "sub_9" })] });
        const edges: LinkEdge[] = [
          ...world.edges,
          { userId: other, customerId: "cus_9", subscriptionId: null, source: "metadata" },
          { userId: outsider, customerId: "cus_0", subscriptionId: id, source: "metadata" },
        ];
        const after = findOwners({ customers: [...world.customers, foreign], edges });
        for (const { customerId, userId, subscriptionId, source } of world.edges) {
          if (customerId !== "cus_0" || userId === outsider) continue;
          const isHeld = (one: string) => owners[one]?.includes(userId);
          // What the row names stays; of a recorded customer at least one subscription with seats does.
          if (source === "recorded_subscription" && isHeld(subscriptionId ?? ""))
            expect(after[subscriptionId ?? ""]).toEqual([userId]);
          const paid =
            world.customers[0]?.subscriptions.filter((one) => isPaidPlan(one) && isHeld(one.id)) ?? [];
          if (source === "recorded" && paid.length > 0)
            expect(paid.some((one) => after[one.id]?.includes(userId))).toBe(true);
        }
      },
    ),
    withRuns(700),
  );
});

it("two subscriptions that each name another user as well stay with the customer's own user", () => {
  const claim = (userId: string, subscriptionId: string | null, source: LinkEdge["source"]) => ({
    userId,
    customerId: "cus_0",
    subscriptionId,
    source,
  });
  const subscriptions = ["sub_00", "sub_01"].map((id) => aSubscription({ id }));
  const edges: LinkEdge[] = [
    claim("u_1", null, "recorded"),
    claim("u_1", "sub_00", "metadata"),
    claim("u_2", "sub_00", "session"),
    claim("u_1", "sub_01", "metadata"),
    claim("u_3", "sub_01", "session"),
  ];
  const world = { customers: [aCustomer({ id: "cus_0", subscriptions })], edges };
  expect(findOwners(world)).toEqual({ sub_00: ["u_1"], sub_01: ["u_1"] });
  expect(["u_2", "u_3"].flatMap((userId) => resolve(world, userId).conflicts)).toMatchObject([
    { subscriptionIds: ["sub_00"], userIds: ["u_1", "u_2"], isRecorded: false },
    { subscriptionIds: ["sub_01"], userIds: ["u_1", "u_3"], isRecorded: false },
  ]);
});

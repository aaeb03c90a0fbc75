import { describe, expect, it } from "vitest";
import { decide } from "~/billing/evaluation/decide";
import type { Subscription } from "~/billing/observation";
import { buildCatalogue } from "~/billing/plans";
import type { UserSnapshot } from "~/billing/snapshot";
import {
  ARMY,
  aCanceledSubscription,
  aCustomer,
  aLink,
  anArmyItem,
  anUnmappedItem,
  aRecord,
  aRecordInSync,
  aSnapshot,
  aSubscription,
  CONTEXT,
  DAY,
  evaluateSnapshot,
  NOW,
  STARTER,
} from "~/billing/testing/observations";

const catalogue = buildCatalogue(
  [STARTER, ARMY, { id: "free", name: "Free", seats: 0 }],
  [
    { planId: "starter", priceId: null, lookupKey: "starter_monthly" },
    { planId: "army", priceId: null, lookupKey: "army_yearly" },
    { planId: "free", priceId: "price_free", lookupKey: null },
    { planId: null, priceId: "price_news", lookupKey: null },
  ],
);
const context = { ...CONTEXT, catalogue };
const at = (priceId: string) => [anUnmappedItem({ priceId })];

/** What never gives seats, in a status that would. */
const WITHOUT_SEATS: [string, Partial<Subscription>][] = [
  ["of a free plan", { items: at("price_free") }],
  ["of quantity 0", { items: [anArmyItem({ quantity: 0 })] }],
  ["at an ignored price", { items: at("price_news") }],
];
const ENDED: [string, Partial<Subscription>][] = [["that is unpaid", { status: "unpaid" }]];
/** What pays, or may: staff have to look. */
const WITH_SEATS: [string, Partial<Subscription>][] = [
  ["of a plan", {}],
  ["on trial", { status: "trialing" }],
  ["in grace", { status: "past_due", pastDueSince: NOW - DAY }],
  ["at an unmapped price", { items: at("price_other") }],
];

const createCandidate = (id: string, changes: Partial<Subscription>) => ({
  customer: aCustomer({ id, subscriptions: [aSubscription({ id: `sub_${id}`, ...changes })] }),
  linkedUserIds: [],
});
const canceled = [aCustomer({ subscriptions: [aCanceledSubscription()] })];

function decideFor(changes: Partial<UserSnapshot>) {
  const snapshot = aSnapshot({ record: aRecordInSync(), customers: canceled, ...changes });
  const evaluation = evaluateSnapshot(snapshot, { catalogue });
  const options = {
    writeMode: "full",
    automatic: true,
    revocationLimitHasRoom: true,
    approval: null,
  } as const;
  return decide({ snapshot, evaluation, context, ...options });
}
const WITHHELD = { kind: "blocked", reason: "possible_other_customer" };

describe("a revocation", () => {
  it.each([...WITHOUT_SEATS, ...ENDED])("waits for no guest with a subscription %s", (_, changes) => {
    // Two of them, so that the address links none.
    const guests = ["cus_8", "cus_9"].map((id) => createCandidate(id, changes));
    expect(decideFor({ emailCandidates: guests })).toMatchObject({ kind: "repair" });
    expect(decideFor({ references: guests.slice(0, 1) })).toMatchObject({ kind: "repair" });
  });

  it.each(WITH_SEATS)("waits for a guest with a subscription %s", (_, changes) => {
    const guests = ["cus_8", "cus_9"].map((id) => createCandidate(id, changes));
    expect(decideFor({ emailCandidates: guests })).toMatchObject(WITHHELD);
    // A trial costs nothing, and a reference proves nothing.
    const decision = changes.status === "trialing" ? { kind: "repair" } : WITHHELD;
    expect(decideFor({ references: guests.slice(0, 1) })).toMatchObject(decision);
  });

  it("waits for no address that was taken after the recorded subscription began, whatever that one buys", () => {
    const guests = ["cus_8", "cus_9"].map((id) => createCandidate(id, {}));
    const changed = { emailCandidates: guests, addressSince: NOW - DAY };
    for (const [, bought] of WITHOUT_SEATS.slice(0, 2)) {
      const customers = [aCustomer({ subscriptions: [aSubscription(bought)] })];
      expect(decideFor({ customers, ...changed })).toMatchObject({ kind: "repair" });
    }
    expect(decideFor(changed)).toMatchObject({ kind: "repair" });
  });
});

describe("an address", () => {
  it.each(WITHOUT_SEATS)("links beside an own subscription, or another guest’s, %s", (_, changes) => {
    const own = aCustomer({ subscriptions: [aSubscription({ id: "sub_own", ...changes })] });
    const evaluation = evaluateSnapshot(
      {
        record: aRecord(),
        customers: [own],
        edges: [aLink("cus_1", { source: "metadata" })],
        emailCandidates: [createCandidate("cus_8", {}), createCandidate("cus_9", changes)],
      },
      { catalogue },
    );
    expect([evaluation.emailLink, evaluation.verdict]).toEqual(["cus_8", "locked_out"]);
  });

  it.each(WITH_SEATS)("links nothing beside an own subscription, or another guest’s, %s", (_, changes) => {
    const two = [createCandidate("cus_8", {}), createCandidate("cus_9", changes)];
    expect(evaluateSnapshot({ emailCandidates: two }, { catalogue })).toMatchObject({
      emailLink: null,
      verdict: "possible_match",
      possibleMatches: ["cus_8", "cus_9"],
    });
  });
});

it.each([
  ["ada@example.com", "cus_guest"],
  ["", null],
  [" ", null],
  ["none", null],
  ["@", null],
])(
  "the address %j that a user and a payer have links %j: what is no address is the same for all who have none",
  (email, link) => {
    const customer = aCustomer({ id: "cus_guest", email, subscriptions: [aSubscription()] });
    const evaluation = evaluateSnapshot(
      aSnapshot({
        record: aRecord({ email, emailVerified: true }),
        edges: [],
        customers: [],
        emailCandidates: [{ customer, linkedUserIds: [] }],
        verifiedUsersWithEmail: 1,
        coverage: { fullRun: true, address: true },
      }),
    );
    expect([evaluation.emailLink, evaluation.possibleMatches]).toEqual([link, []]);
  },
);

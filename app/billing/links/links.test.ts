import { describe, expect, it } from "vitest";
import { evaluate } from "~/billing/evaluation/evaluate";
import type { ObservedCustomer } from "~/billing/observation";
import type { LinkSource, UserSnapshot } from "~/billing/snapshot";
import { describeStripeState } from "~/billing/stripe-state";
import {
  aCanceledSubscription,
  aCustomer,
  aLink,
  aRecord,
  aSnapshot,
  aSubscription,
  CONTEXT,
  evaluateSnapshot,
} from "~/billing/testing/observations";
import { resolveLinks } from "./links";

const resolve = (snapshot: UserSnapshot) => resolveLinks(snapshot, CONTEXT);
const REJECTED = { userId: "u_1", customerId: "cus_1", subscriptionId: null };

describe("strong links", () => {
  it.each<LinkSource>(["recorded", "recorded_subscription", "metadata", "session", "confirmed", "email"])(
    "a link that is %s links",
    (source) => {
      const links = resolve(aSnapshot({ edges: [aLink("cus_1", { source })] }));
      expect(links).toMatchObject({ customerIds: ["cus_1"], conflicts: [] });
      expect(links.sources.get("cus_1")).toEqual([source]);
    },
  );

  it("are all combined and none hides another: a guest checkout makes a second customer", () => {
    const links = resolve(
      aSnapshot({
        edges: [
          aLink("cus_2", { source: "session" }),
          aLink("cus_1", { source: "recorded" }),
          aLink("cus_1", { source: "metadata" }),
          aLink("cus_1", { source: "metadata" }),
        ],
      }),
    );
    expect(links.customerIds).toEqual(["cus_1", "cus_2"]);
    expect(links.sources.get("cus_1")).toEqual(["recorded", "metadata"]);
  });

  it("combine the subscriptions of every linked customer", () => {
    const evaluation = evaluateSnapshot({
      customers: [
        aCustomer({ id: "cus_1", subscriptions: [aCanceledSubscription()] }),
        aCustomer({ id: "cus_2", subscriptions: [aSubscription({ id: "sub_2" })] }),
      ],
    });
    expect(evaluation.primary?.subscription.id).toBe("sub_2");
  });

  it("of other users do not link this user", () => {
    const links = resolve(aSnapshot({ edges: [aLink("cus_1", { userId: "u_2" })] }));
    expect(links).toMatchObject({ customerIds: [], conflicts: [] });
  });

  it("do not count for a customer that staff rejected", () => {
    const links = resolve(aSnapshot({ edges: [aLink("cus_1")], rejections: [REJECTED] }));
    expect(links.customerIds).toEqual([]);
  });

  it("conflict when a session and the metadata name different users for the same open subscription", () => {
    const customers = [aCustomer({ subscriptions: [aSubscription()] })];
    const edges = [
      aLink("cus_1", { source: "metadata" }),
      aLink("cus_1", { userId: "u_2", source: "session" }),
    ];
    expect(resolve(aSnapshot({ customers, edges }))).toMatchObject({
      ownCustomerIds: [],
      conflicts: [
        { customerId: "cus_1", subscriptionIds: ["sub_1"], userIds: ["u_1", "u_2"], isRecorded: false },
      ],
    });
    const decided = [...edges, aLink("cus_1", { userId: "u_3", source: "confirmed" })];
    expect(resolve(aSnapshot({ customers, edges: decided }))).toMatchObject({
      ownCustomerIds: [],
      conflicts: [],
    });
  });

  it("do not conflict over a customer that Stripe does not have, or never listed, which stays no one's portal", () => {
    const edges = [aLink("cus_1"), aLink("cus_1", { userId: "u_2" })];
    for (const customers of [[], [aCustomer({ state: "missing" })]])
      expect(resolve(aSnapshot({ customers, edges }))).toMatchObject({
        ownCustomerIds: ["cus_1"],
        conflicts: [],
        sharedCustomerIds: new Set(["cus_1"]),
      });
    expect(resolve(aSnapshot({ customers: [aCustomer({})], edges })).conflicts).toHaveLength(1);
  });

  it("do not conflict over a customer that is not linked to this user", () => {
    const edges = [aLink("cus_1"), aLink("cus_2", { userId: "u_2" }), aLink("cus_2", { userId: "u_3" })];
    expect(resolve(aSnapshot({ edges })).conflicts).toEqual([]);
  });
});

describe("an email address", () => {
  const paying = aCustomer({ subscriptions: [aSubscription()] });
  const other = aCustomer({ id: "cus_2", subscriptions: [aSubscription({ id: "sub_2" })] });
  const idle = aCustomer({ id: "cus_2", subscriptions: [aCanceledSubscription({ id: "sub_2" })] });
  const candidate = (customer: ObservedCustomer, ...linkedUserIds: string[]) => ({ customer, linkedUserIds });
  const links = (changes: Partial<UserSnapshot> = {}) => {
    const { emailLink, possibleMatches } = evaluateSnapshot({
      emailCandidates: [candidate(paying)],
      ...changes,
    });
    return { emailLink, possibleMatches };
  };
  const onlyPossible = { emailLink: null, possibleMatches: ["cus_1"] };

  it("links by itself when there is no other possibility", () => {
    expect(links()).toEqual({ emailLink: "cus_1", possibleMatches: [] });
    expect(evaluateSnapshot({ emailCandidates: [candidate(paying)] })).toMatchObject({
      verdict: "locked_out",
      expected: { user: { stripeCustomerId: "cus_1" } },
    });
  });

  it("links a customer whose open subscription gives no access, too", () => {
    const unpaid = aCustomer({ subscriptions: [aSubscription({ status: "unpaid" })] });
    expect(links({ emailCandidates: [candidate(unpaid)] }).emailLink).toBe("cus_1");
  });

  it("is only a possible match when the user's email is not verified", () => {
    expect(links({ record: aRecord({ emailVerified: false }) })).toEqual(onlyPossible);
  });

  it("is only a possible match when another user has it", () => {
    expect(links({ verifiedUsersWithEmail: 2 })).toEqual(onlyPossible);
  });

  it("is only a possible match when another Stripe customer with an open subscription has it", () => {
    expect(links({ emailCandidates: [candidate(paying), candidate(other)] })).toEqual({
      emailLink: null,
      possibleMatches: ["cus_1", "cus_2"],
    });
    const unpaid = aCustomer({ id: "cus_2", subscriptions: [aSubscription({ status: "unpaid" })] });
    expect(links({ emailCandidates: [candidate(paying), candidate(unpaid)] })).toEqual(onlyPossible);
  });

  it("is only a possible match when that other customer is linked to another user", () => {
    expect(links({ emailCandidates: [candidate(paying), candidate(other, "u_2")] })).toEqual(onlyPossible);
  });

  it("links in spite of another customer without an open subscription", () => {
    expect(links({ emailCandidates: [candidate(paying), candidate(idle)] }).emailLink).toBe("cus_1");
  });

  it("is no match for a customer that is linked to another user", () => {
    expect(links({ emailCandidates: [candidate(paying, "u_2")] })).toEqual({
      emailLink: null,
      possibleMatches: [],
    });
  });

  it("is only a possible match when one of this user's linked customers has an open subscription", () => {
    const linked = aCustomer({ id: "cus_2", subscriptions: [aSubscription({ status: "unpaid" })] });
    expect(links({ customers: [linked] })).toEqual(onlyPossible);
    expect(links({ customers: [idle] }).emailLink).toBe("cus_1");
  });

  it("is only a possible match while this user is on hold", () => {
    expect(links({ hold: { stripeState: describeStripeState([]) } })).toEqual(onlyPossible);
    expect(links({ hold: { stripeState: "another" } }).emailLink).toBe("cus_1");
  });

  it("is only a possible match before a full run has finished with the event cursor unbroken since", () => {
    expect(links({ coverage: { fullRun: false, address: true } })).toEqual(onlyPossible);
  });

  it("is no match for a customer that does not pay, nor for one that staff rejected", () => {
    expect(links({ emailCandidates: [candidate(idle)] })).toEqual({ emailLink: null, possibleMatches: [] });
    expect(links({ rejections: [REJECTED] })).toEqual({ emailLink: null, possibleMatches: [] });
  });

  it("does not match a deleted customer", () => {
    const deleted = { ...paying, state: "deleted" as const };
    expect(links({ emailCandidates: [candidate(deleted)] })).toEqual({
      emailLink: null,
      possibleMatches: [],
    });
  });

  it("of a possible match whose grace ends is evaluated again at that time", () => {
    const overdue = aSubscription({ status: "past_due", pastDueSince: CONTEXT.now - 60 });
    const snapshot = aSnapshot({
      record: aRecord({ emailVerified: false }),
      emailCandidates: [candidate(aCustomer({ subscriptions: [overdue] }))],
    });
    const now = evaluate(snapshot, CONTEXT);
    expect(now).toMatchObject({ verdict: "possible_match", nextCheckAt: CONTEXT.now - 60 + 7 * 86_400 });
    const then = evaluate(snapshot, { ...CONTEXT, now: now.nextCheckAt ?? 0 });
    expect(then).toMatchObject({ verdict: "no_subscription", nextCheckAt: null });
  });
});

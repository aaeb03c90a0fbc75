import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluation/evaluate";
import { linksOf } from "./links";
import type { ObservedCustomer } from "./observation";
import type { LinkSource, UserSnapshot } from "./snapshot";
import { stripeStateOf } from "./stripe-state";
import {
  aCanceledSubscription,
  aCustomer,
  aRecord,
  aSnapshot,
  aSubscription,
  CONTEXT,
  edge,
  evaluated,
} from "./testing/observations";

describe("strong links", () => {
  it.each<LinkSource>(["recorded", "recorded_subscription", "metadata", "session", "confirmed", "email"])(
    "a link that is %s links",
    (source) => {
      const links = linksOf(aSnapshot({ edges: [edge("cus_1", { source })] }));
      expect(links).toMatchObject({ customerIds: ["cus_1"], conflicts: [] });
      expect(links.sources.get("cus_1")).toEqual([source]);
    },
  );

  it("are all united, none hiding another: a guest checkout makes a second customer", () => {
    const links = linksOf(
      aSnapshot({
        edges: [
          edge("cus_2", { source: "session" }),
          edge("cus_1", { source: "recorded" }),
          edge("cus_1", { source: "metadata" }),
          edge("cus_1", { source: "metadata" }),
        ],
      }),
    );
    expect(links.customerIds).toEqual(["cus_1", "cus_2"]);
    expect(links.sources.get("cus_1")).toEqual(["recorded", "metadata"]);
  });

  it("bring the subscriptions of every linked customer together", () => {
    const evaluation = evaluated({
      customers: [
        aCustomer({ id: "cus_1", subscriptions: [aCanceledSubscription()] }),
        aCustomer({ id: "cus_2", subscriptions: [aSubscription({ id: "sub_2" })] }),
      ],
    });
    expect(evaluation.counting?.subscription.id).toBe("sub_2");
  });

  it("of other users link this user to nothing", () => {
    const links = linksOf(aSnapshot({ edges: [edge("cus_1", { userId: "u_2" })] }));
    expect(links).toMatchObject({ customerIds: [], conflicts: [] });
  });

  it("do not hold for a customer that staff said is not this user's", () => {
    const links = linksOf(aSnapshot({ edges: [edge("cus_1")], rejectedCustomerIds: ["cus_1"] }));
    expect(links.customerIds).toEqual([]);
  });

  it("conflict when two name different users", () => {
    const edges = [
      edge("cus_1", { source: "metadata" }),
      edge("cus_1", { userId: "u_3", source: "confirmed" }),
      edge("cus_1", { userId: "u_2", source: "session" }),
    ];
    expect(linksOf(aSnapshot({ edges })).conflicts).toEqual([
      { customerId: "cus_1", userIds: ["u_1", "u_2", "u_3"] },
    ]);
  });

  it.each<LinkSource>(["recorded", "recorded_subscription"])(
    "conflict with a customer or subscription that is already %s on another user",
    (source) => {
      const edges = [edge("cus_1", { source: "metadata" }), edge("cus_1", { userId: "u_2", source })];
      expect(linksOf(aSnapshot({ edges })).conflicts).toHaveLength(1);
    },
  );

  it("do not conflict over a customer that is not this user's", () => {
    const edges = [edge("cus_1"), edge("cus_2", { userId: "u_2" }), edge("cus_2", { userId: "u_3" })];
    expect(linksOf(aSnapshot({ edges })).conflicts).toEqual([]);
  });
});

describe("an e-mail address", () => {
  const paying = aCustomer({ subscriptions: [aSubscription()] });
  const other = aCustomer({ id: "cus_2", subscriptions: [aSubscription({ id: "sub_2" })] });
  const idle = aCustomer({ id: "cus_2", subscriptions: [aCanceledSubscription({ id: "sub_2" })] });
  const candidate = (customer: ObservedCustomer, ...linkedUserIds: string[]) => ({ customer, linkedUserIds });
  const links = (changes: Partial<UserSnapshot> = {}) => {
    const { emailLink, suggestions } = evaluated({ emailCandidates: [candidate(paying)], ...changes });
    return { emailLink, suggestions };
  };
  const suggested = { emailLink: null, suggestions: ["cus_1"] };

  it("links by itself when nothing else can be meant", () => {
    expect(links()).toEqual({ emailLink: "cus_1", suggestions: [] });
    expect(evaluated({ emailCandidates: [candidate(paying)] })).toMatchObject({
      verdict: "locked_out",
      expected: { user: { stripeCustomerId: "cus_1" } },
    });
  });

  it("links a customer whose open subscription gives no access, too", () => {
    const unpaid = aCustomer({ subscriptions: [aSubscription({ status: "unpaid" })] });
    expect(links({ emailCandidates: [candidate(unpaid)] }).emailLink).toBe("cus_1");
  });

  it("only suggests when the user's e-mail is not verified", () => {
    expect(links({ record: aRecord({ emailVerified: false }) })).toEqual(suggested);
  });

  it("only suggests when another user has it", () => {
    expect(links({ usersWithEmail: 2 })).toEqual(suggested);
  });

  it("only suggests when another Stripe customer with an open subscription has it", () => {
    expect(links({ emailCandidates: [candidate(paying), candidate(other)] })).toEqual({
      emailLink: null,
      suggestions: ["cus_1", "cus_2"],
    });
    const unpaid = aCustomer({ id: "cus_2", subscriptions: [aSubscription({ status: "unpaid" })] });
    expect(links({ emailCandidates: [candidate(paying), candidate(unpaid)] })).toEqual(suggested);
  });

  it("only suggests when that other customer is somebody else's", () => {
    expect(links({ emailCandidates: [candidate(paying), candidate(other, "u_2")] })).toEqual(suggested);
  });

  it("is not disturbed by another customer without an open subscription", () => {
    expect(links({ emailCandidates: [candidate(paying), candidate(idle)] }).emailLink).toBe("cus_1");
  });

  it("neither links nor suggests a customer that is linked to another user", () => {
    expect(links({ emailCandidates: [candidate(paying, "u_2")] })).toEqual({
      emailLink: null,
      suggestions: [],
    });
  });

  it("only suggests when one of this user's linked customers has an open subscription", () => {
    const linked = aCustomer({ id: "cus_2", subscriptions: [aSubscription({ status: "unpaid" })] });
    expect(links({ customers: [linked] })).toEqual(suggested);
    expect(links({ customers: [idle] }).emailLink).toBe("cus_1");
  });

  it("only suggests while this user is on hold", () => {
    expect(links({ hold: { stripeState: stripeStateOf([]) } })).toEqual(suggested);
    expect(links({ hold: { stripeState: "another" } }).emailLink).toBe("cus_1");
  });

  it("only suggests before a full pass has finished with the event cursor unbroken since", () => {
    expect(links({ coverage: { pass: false, address: true } })).toEqual(suggested);
  });

  it("suggests neither a customer that does not pay nor one that staff rejected", () => {
    expect(links({ emailCandidates: [candidate(idle)] })).toEqual({ emailLink: null, suggestions: [] });
    expect(links({ rejectedCustomerIds: ["cus_1"] })).toEqual({ emailLink: null, suggestions: [] });
  });

  it("says nothing about a deleted customer", () => {
    const deleted = { ...paying, state: "deleted" as const };
    expect(links({ emailCandidates: [candidate(deleted)] })).toEqual({ emailLink: null, suggestions: [] });
  });

  it("of a suggestion whose grace ends by the clock is evaluated again then", () => {
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

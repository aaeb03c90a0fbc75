import { describe, expect, it } from "vitest";
import type { ObservedCustomer, Subscription } from "~/billing/observation";
import type { UserRecord } from "~/billing/record";
import type { Situation } from "~/billing/situation";
import {
  aCanceledRecord,
  aCanceledSubscription,
  aCustomer,
  aRecord,
  aRecordInStep,
  aSubscription,
  edge,
  judged,
  unknownItem,
} from "~/billing/testing/observations";
import type { Verdict } from "~/billing/verdicts";

const customerWith = (...subscriptions: Subscription[]) => [aCustomer({ subscriptions })];
const verdict = (changes: Partial<Situation>): Verdict => judged(changes).verdict;
const of = (record: UserRecord, ...subscriptions: Subscription[]) =>
  verdict({ record, customers: customerWith(...subscriptions) });

describe("not_checked", () => {
  const beforePass = { pass: false, address: true };

  it("is a user without customers before a full pass has finished", () => {
    expect(verdict({ knowledge: beforePass })).toBe("not_checked");
    expect(verdict({})).toBe("no_subscription");
  });

  it("is a user of whom one linked customer was not read completely", () => {
    const unread = aCustomer({ id: "cus_2", completeStart: null });
    const customers = [aCustomer({ subscriptions: [aSubscription()] }), unread];
    expect(verdict({ customers, knowledge: beforePass })).toBe("not_checked");
    expect(verdict({ customers: customers.slice(0, 1), knowledge: beforePass })).toBe("paid_not_recorded");
    expect(verdict({ customers })).toBe("paid_not_recorded");
  });

  it("is a user whose customer was never seen", () => {
    expect(verdict({ edges: [edge("cus_1")], knowledge: beforePass })).toBe("not_checked");
  });

  it("expects the record as it is", () => {
    const record = aRecordInStep();
    expect(judged({ record, knowledge: beforePass })).toMatchObject({ mismatches: [], expected: record });
  });
});

describe("link_conflict", () => {
  const conflict = [edge("cus_1"), edge("cus_1", { userId: "u_2", source: "metadata" })];

  it("is a customer that strong links give to two users, whatever else is the matter", () => {
    expect(verdict({ customers: customerWith(aSubscription()), edges: conflict })).toBe("link_conflict");
  });

  it("expects the record as it is, until staff decide", () => {
    const judgement = judged({ customers: customerWith(aSubscription()), edges: conflict });
    expect(judgement).toMatchObject({ mismatches: [], expected: aRecord(), raises: false, lowers: false });
  });
});

describe("customer_gone", () => {
  const missing: ObservedCustomer = aCustomer({ state: "missing" });

  it("is a recorded customer that Stripe answers 404 for", () => {
    expect(verdict({ record: aRecordInStep({ billing: null }), customers: [missing] })).toBe("customer_gone");
  });

  it("is a recorded subscription that a complete read does not list", () => {
    expect(of(aRecordInStep())).toBe("customer_gone");
    expect(of(aRecordInStep(), aCanceledSubscription({ id: "sub_2" }))).toBe("customer_gone");
    expect(verdict({ record: aRecordInStep({ user: { stripeCustomerId: null } }) })).toBe("customer_gone");
  });

  it("is a customer deleted without the recorded subscription", () => {
    const deleted = aCustomer({ state: "deleted", email: null });
    expect(verdict({ record: aRecordInStep(), customers: [deleted] })).toBe("customer_gone");
    expect(verdict({ record: aRecordInStep({ billing: null }), customers: [deleted] })).toBe("customer_gone");
  });

  it("is not a deleted customer whose recorded subscription is listed as ended: judged as usual", () => {
    const deleted = aCustomer({ state: "deleted", subscriptions: [aCanceledSubscription()] });
    expect(verdict({ record: aRecordInStep(), customers: [deleted] })).toBe("recorded_not_paid");
    expect(verdict({ record: aCanceledRecord(), customers: [deleted] })).toBe("in_sync");
  });

  it("is not when something else is entitling", () => {
    const other = aCustomer({ id: "cus_2", subscriptions: [aSubscription({ id: "sub_2" })] });
    expect(verdict({ record: aRecordInStep(), customers: [missing, other] })).toBe("details_differ");
    const unpaid = aCustomer({ id: "cus_2", subscriptions: [aSubscription({ status: "unpaid" })] });
    expect(verdict({ record: aRecordInStep(), customers: [missing, unpaid] })).toBe("customer_gone");
  });

  it("expects the record as it is", () => {
    const record = aRecordInStep();
    expect(judged({ record })).toMatchObject({ mismatches: [], expected: record, lowers: false });
  });
});

describe("unknown", () => {
  const dormant = aSubscription({ status: "dormant" });

  it("is a deciding status that we do not know: nothing is raised and nothing lowered", () => {
    expect(of(aRecordInStep(), dormant)).toBe("unknown");
    expect(of(aRecord(), dormant)).toBe("unknown");
    expect(judged({ customers: customerWith(dormant) })).toMatchObject({ mismatches: [], raises: false });
  });

  it("is not when another subscription decides", () => {
    expect(of(aRecordInStep(), { ...dormant, id: "sub_2" }, aSubscription())).toBe("in_sync");
    expect(of(aRecordInStep(), aCanceledSubscription(), { ...dormant, id: "sub_2" })).toBe("unknown");
  });
});

describe("unknown_price", () => {
  it("is an entitling subscription whose price no plan claims: everything stays", () => {
    const record = aRecordInStep();
    const customers = customerWith(aSubscription({ items: [unknownItem()] }));
    expect(judged({ record, customers })).toMatchObject({
      verdict: "unknown_price",
      mismatches: [],
      expected: record,
    });
    expect(verdict({ customers })).toBe("unknown_price");
  });

  it("is not when that subscription gives no access, or another at a claimed price does", () => {
    expect(of(aCanceledRecord(), aCanceledSubscription({ items: [unknownItem()] }))).not.toBe(
      "unknown_price",
    );
    const other = aSubscription({ id: "sub_2", items: [unknownItem()] });
    expect(of(aRecordInStep(), aSubscription(), other)).toBe("in_sync");
  });
});

import { describe, expect, it } from "vitest";
import type { ObservedCustomer, Subscription } from "~/billing/observation";
import type { UserRecord } from "~/billing/record";
import type { UserSnapshot } from "~/billing/snapshot";
import {
  aCanceledRecord,
  aCanceledSubscription,
  aCustomer,
  aRecord,
  aRecordInSync,
  aSubscription,
  edge,
  evaluated,
  unknownItem,
} from "~/billing/testing/observations";
import type { Verdict } from "~/billing/verdicts";

const customerWith = (...subscriptions: Subscription[]) => [aCustomer({ subscriptions })];
const verdict = (changes: Partial<UserSnapshot>): Verdict => evaluated(changes).verdict;
const of = (record: UserRecord, ...subscriptions: Subscription[]) =>
  verdict({ record, customers: customerWith(...subscriptions) });

describe("not_checked", () => {
  const beforePass = { pass: false, address: true };

  it("is a user without customers before a full pass has finished", () => {
    expect(verdict({ coverage: beforePass })).toBe("not_checked");
    expect(verdict({})).toBe("no_subscription");
  });

  it("is a user of whom one linked customer was not read completely", () => {
    const unread = aCustomer({ id: "cus_2", completeVersionStart: null });
    const customers = [aCustomer({ subscriptions: [aSubscription()] }), unread];
    expect(verdict({ customers, coverage: beforePass })).toBe("not_checked");
    expect(verdict({ customers: customers.slice(0, 1), coverage: beforePass })).toBe("locked_out");
    expect(verdict({ customers })).toBe("locked_out");
  });

  it("is a user whose customer was never seen", () => {
    expect(verdict({ edges: [edge("cus_1")], coverage: beforePass })).toBe("not_checked");
  });

  it("expects the record as it is", () => {
    const record = aRecordInSync();
    expect(evaluated({ record, coverage: beforePass })).toMatchObject({ mismatches: [], expected: record });
  });
});

describe("link_conflict", () => {
  const conflict = [edge("cus_1"), edge("cus_1", { userId: "u_2", source: "metadata" })];

  it("is a customer that strong links give to two users, whatever else is the matter", () => {
    expect(verdict({ customers: customerWith(aSubscription()), edges: conflict })).toBe("link_conflict");
  });

  it("expects the record as it is, until staff decide", () => {
    const evaluation = evaluated({ customers: customerWith(aSubscription()), edges: conflict });
    expect(evaluation).toMatchObject({ mismatches: [], expected: aRecord(), grants: false, revokes: false });
  });
});

describe("missing_in_stripe", () => {
  const missing: ObservedCustomer = aCustomer({ state: "missing" });

  it("is a recorded customer that Stripe answers 404 for", () => {
    expect(verdict({ record: aRecordInSync({ billing: null }), customers: [missing] })).toBe(
      "missing_in_stripe",
    );
  });

  it("is a recorded subscription that a complete read does not list", () => {
    expect(of(aRecordInSync())).toBe("missing_in_stripe");
    expect(of(aRecordInSync(), aCanceledSubscription({ id: "sub_2" }))).toBe("missing_in_stripe");
    expect(verdict({ record: aRecordInSync({ user: { stripeCustomerId: null } }) })).toBe(
      "missing_in_stripe",
    );
  });

  it("is a customer deleted without the recorded subscription", () => {
    const deleted = aCustomer({ state: "deleted", email: null });
    expect(verdict({ record: aRecordInSync(), customers: [deleted] })).toBe("missing_in_stripe");
    expect(verdict({ record: aRecordInSync({ billing: null }), customers: [deleted] })).toBe(
      "missing_in_stripe",
    );
  });

  it("is not a deleted customer whose recorded subscription is listed as ended: evaluated as usual", () => {
    const deleted = aCustomer({ state: "deleted", subscriptions: [aCanceledSubscription()] });
    expect(verdict({ record: aRecordInSync(), customers: [deleted] })).toBe("unpaid_access");
    expect(verdict({ record: aCanceledRecord(), customers: [deleted] })).toBe("in_sync");
  });

  it("is not when something else is entitling", () => {
    const other = aCustomer({ id: "cus_2", subscriptions: [aSubscription({ id: "sub_2" })] });
    expect(verdict({ record: aRecordInSync(), customers: [missing, other] })).toBe("detail_mismatch");
    const unpaid = aCustomer({ id: "cus_2", subscriptions: [aSubscription({ status: "unpaid" })] });
    expect(verdict({ record: aRecordInSync(), customers: [missing, unpaid] })).toBe("missing_in_stripe");
  });

  it("expects the record as it is", () => {
    const record = aRecordInSync();
    expect(evaluated({ record })).toMatchObject({ mismatches: [], expected: record, revokes: false });
  });
});

describe("unknown_status", () => {
  const dormant = aSubscription({ status: "dormant" });

  it("is a deciding status that we do not know: nothing is granted and nothing revoked", () => {
    expect(of(aRecordInSync(), dormant)).toBe("unknown_status");
    expect(of(aRecord(), dormant)).toBe("unknown_status");
    expect(evaluated({ customers: customerWith(dormant) })).toMatchObject({ mismatches: [], grants: false });
  });

  it("is not when another subscription decides", () => {
    expect(of(aRecordInSync(), { ...dormant, id: "sub_2" }, aSubscription())).toBe("in_sync");
    expect(of(aRecordInSync(), aCanceledSubscription(), { ...dormant, id: "sub_2" })).toBe("unknown_status");
  });
});

describe("unmapped_price", () => {
  it("is an entitling subscription whose price no plan claims: everything stays", () => {
    const record = aRecordInSync();
    const customers = customerWith(aSubscription({ items: [unknownItem()] }));
    expect(evaluated({ record, customers })).toMatchObject({
      verdict: "unmapped_price",
      mismatches: [],
      expected: record,
    });
    expect(verdict({ customers })).toBe("unmapped_price");
  });

  it("is not when that subscription gives no access, or another at a claimed price does", () => {
    expect(of(aCanceledRecord(), aCanceledSubscription({ items: [unknownItem()] }))).not.toBe(
      "unmapped_price",
    );
    const other = aSubscription({ id: "sub_2", items: [unknownItem()] });
    expect(of(aRecordInSync(), aSubscription(), other)).toBe("in_sync");
  });
});

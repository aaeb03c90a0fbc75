import { describe, expect, it } from "vitest";
import type { ObservedCustomer, Subscription } from "~/billing/observation";
import type { UserRecord } from "~/billing/record";
import type { UserSnapshot } from "~/billing/snapshot";
import {
  aCanceledRecord,
  aCanceledSubscription,
  aCustomer,
  aLink,
  anUnmappedItem,
  aRecord,
  aRecordInSync,
  aSubscription,
  evaluateSnapshot,
} from "~/billing/testing/observations";
import type { Verdict } from "~/billing/verdicts/catalogue";

const customerWith = (...subscriptions: Subscription[]) => [aCustomer({ subscriptions })];
const evaluateVerdict = (changes: Partial<UserSnapshot>): Verdict => evaluateSnapshot(changes).verdict;
const chooseVerdictFor = (record: UserRecord, ...subscriptions: Subscription[]) =>
  evaluateVerdict({ record, customers: customerWith(...subscriptions) });

describe("not_checked", () => {
  const beforeFullRun = { fullRun: false, address: true };

  it("is a user without customers before a full run has finished", () => {
    expect(evaluateVerdict({ coverage: beforeFullRun })).toBe("not_checked");
    expect(evaluateVerdict({})).toBe("no_subscription");
  });

  it("is a user with a linked customer that was not read completely", () => {
    const unread = aCustomer({ id: "cus_2", completeVersionStart: null });
    const customers = [aCustomer({ subscriptions: [aSubscription()] }), unread];
    expect(evaluateVerdict({ customers, coverage: beforeFullRun })).toBe("not_checked");
    expect(evaluateVerdict({ customers: customers.slice(0, 1), coverage: beforeFullRun })).toBe("locked_out");
    expect(evaluateVerdict({ customers })).toBe("locked_out");
  });

  it("is a user whose customer was never seen", () => {
    expect(evaluateVerdict({ edges: [aLink("cus_1")], coverage: beforeFullRun })).toBe("not_checked");
  });

  it("expects the record as it is", () => {
    const record = aRecordInSync();
    expect(evaluateSnapshot({ record, coverage: beforeFullRun })).toMatchObject({
      mismatches: [],
      expected: record,
    });
  });
});

describe("link_conflict", () => {
  const recordedByOther = aLink("cus_1", {
    userId: "u_2",
    source: "recorded_subscription",
    subscriptionId: "sub_1",
  });
  const conflict = [aLink("cus_1"), recordedByOther];

  it("is a customer that two users record, whatever else differs", () => {
    expect(evaluateVerdict({ customers: customerWith(aSubscription()), edges: conflict })).toBe(
      "link_conflict",
    );
  });

  it("is a payment that Stripe gives to one user and the database to another: for the first one only", () => {
    const edges = [
      aLink("cus_1", { source: "metadata" }),
      aLink("cus_1", { userId: "u_2", source: "recorded" }),
    ];
    const newcomer = { customers: customerWith(aSubscription()), edges };
    expect(evaluateVerdict(newcomer)).toBe("link_conflict");
    const established = [aLink("cus_1"), aLink("cus_1", { userId: "u_2", source: "metadata" })];
    expect(evaluateVerdict({ ...newcomer, edges: established })).toBe("locked_out");
  });

  it("does not keep access that a customer of one's own no longer gives", () => {
    const foreign = aCustomer({ id: "cus_2", subscriptions: [aSubscription({ id: "sub_2" })] });
    const edges = [
      aLink("cus_1"),
      aLink("cus_2", { source: "metadata" }),
      aLink("cus_2", { userId: "u_2", source: "recorded" }),
    ];
    const customers = [...customerWith(aCanceledSubscription()), foreign];
    expect(evaluateVerdict({ record: aRecordInSync(), customers, edges })).toBe("unpaid_access");
    expect(evaluateVerdict({ record: aCanceledRecord(), customers, edges })).toBe("link_conflict");
  });

  it("expects the record as it is, until staff decide", () => {
    const evaluation = evaluateSnapshot({ customers: customerWith(aSubscription()), edges: conflict });
    expect(evaluation).toMatchObject({ mismatches: [], expected: aRecord(), grants: false, revokes: false });
  });
});

describe("missing_in_stripe", () => {
  const missing: ObservedCustomer = aCustomer({ state: "missing" });

  it("is a recorded customer for which Stripe answers 404", () => {
    expect(evaluateVerdict({ record: aRecordInSync({ billing: null }), customers: [missing] })).toBe(
      "missing_in_stripe",
    );
  });

  it("is a recorded subscription that a complete read does not list", () => {
    expect(chooseVerdictFor(aRecordInSync())).toBe("missing_in_stripe");
    expect(chooseVerdictFor(aRecordInSync(), aCanceledSubscription({ id: "sub_2" }))).toBe(
      "missing_in_stripe",
    );
    expect(evaluateVerdict({ record: aRecordInSync({ user: { stripeCustomerId: null } }) })).toBe(
      "missing_in_stripe",
    );
  });

  it("is a customer deleted without the recorded subscription", () => {
    const deleted = aCustomer({ state: "deleted", email: null });
    expect(evaluateVerdict({ record: aRecordInSync(), customers: [deleted] })).toBe("missing_in_stripe");
    expect(evaluateVerdict({ record: aRecordInSync({ billing: null }), customers: [deleted] })).toBe(
      "missing_in_stripe",
    );
  });

  it("is not a deleted customer whose recorded subscription is listed as ended: evaluated as usual", () => {
    const deleted = aCustomer({ state: "deleted", subscriptions: [aCanceledSubscription()] });
    expect(evaluateVerdict({ record: aRecordInSync(), customers: [deleted] })).toBe("unpaid_access");
    expect(evaluateVerdict({ record: aCanceledRecord(), customers: [deleted] })).toBe("in_sync");
  });

  it("is not given when another subscription gives access", () => {
    const other = aCustomer({ id: "cus_2", subscriptions: [aSubscription({ id: "sub_2" })] });
    expect(evaluateVerdict({ record: aRecordInSync(), customers: [missing, other] })).toBe("detail_mismatch");
    const unpaid = aCustomer({ id: "cus_2", subscriptions: [aSubscription({ status: "unpaid" })] });
    expect(evaluateVerdict({ record: aRecordInSync(), customers: [missing, unpaid] })).toBe(
      "missing_in_stripe",
    );
  });

  it("expects the record as it is", () => {
    const record = aRecordInSync();
    expect(evaluateSnapshot({ record })).toMatchObject({ mismatches: [], expected: record, revokes: false });
  });
});

describe("unknown_status", () => {
  const dormant = aSubscription({ status: "dormant" });

  it("is a deciding status that Parity does not know: nothing is granted and nothing revoked", () => {
    expect(chooseVerdictFor(aRecordInSync(), dormant)).toBe("unknown_status");
    expect(chooseVerdictFor(aRecord(), dormant)).toBe("unknown_status");
    expect(evaluateSnapshot({ customers: customerWith(dormant) })).toMatchObject({
      mismatches: [],
      grants: false,
    });
  });

  it("is not given when another subscription decides", () => {
    expect(chooseVerdictFor(aRecordInSync(), { ...dormant, id: "sub_2" }, aSubscription())).toBe("in_sync");
    expect(chooseVerdictFor(aRecordInSync(), aCanceledSubscription(), { ...dormant, id: "sub_2" })).toBe(
      "unknown_status",
    );
  });
});

describe("unmapped_price", () => {
  it("is a subscription that gives access at an unmapped price: nothing changes", () => {
    const record = aRecordInSync();
    const customers = customerWith(aSubscription({ items: [anUnmappedItem()] }));
    expect(evaluateSnapshot({ record, customers })).toMatchObject({
      verdict: "unmapped_price",
      mismatches: [],
      expected: record,
    });
    expect(evaluateVerdict({ customers })).toBe("unmapped_price");
  });

  it("is not given when that subscription gives no access, or another with a mapped price does", () => {
    expect(
      chooseVerdictFor(aCanceledRecord(), aCanceledSubscription({ items: [anUnmappedItem()] })),
    ).not.toBe("unmapped_price");
    const other = aSubscription({ id: "sub_2", items: [anUnmappedItem()] });
    expect(chooseVerdictFor(aRecordInSync(), aSubscription(), other)).toBe("in_sync");
  });
});

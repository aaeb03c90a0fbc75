import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  findMismatches,
  fingerprintMismatches,
  isPlanMismatch,
  isStatusMismatch,
  isWorkspaceMismatch,
  type Mismatch,
} from "./mismatches";
import type { BillingRow, BillingState, UserBilling } from "./record";
import { PATIENT, withRuns } from "./testing/arbitraries";
import {
  aBillingRow,
  aLockedWorkspace,
  anOpenWorkspace,
  aRecord,
  aRecordInSync,
} from "./testing/observations";

const listFields = (found: Mismatch[]) => found.map(({ field, severity }) => `${field} ${severity}`);
const between = (recorded: BillingState, expected: BillingState) => findMismatches(recorded, expected);

describe("mismatches", () => {
  it("are none where nothing differs", () => {
    expect(between(aRecordInSync(), aRecordInSync())).toEqual([]);
    expect(between(aRecord(), aRecord())).toEqual([]);
  });

  it.each<[keyof UserBilling, unknown, string]>([
    ["stripeCustomerId", "cus_2", "low"],
    ["plan", "starter", "high"],
    ["subscriptionStatus", "canceled", "medium"],
    ["currentPeriodEnd", 1, "low"],
    ["cancelAtPeriodEnd", true, "medium"],
  ])("name user.%s, what is recorded, what is expected, and how bad it is", (field, value, severity) => {
    const expected = aRecordInSync({ user: { [field]: value } });
    expect(between(aRecordInSync(), expected)).toEqual([
      {
        field: `user.${field}`,
        workspaceId: null,
        recorded: aRecordInSync().user[field],
        expected: value,
        severity,
      },
    ]);
  });

  it.each<[keyof BillingRow, unknown, string]>([
    ["stripeSubscriptionId", "sub_2", "low"],
    ["stripePriceId", "price_2", "high"],
    ["status", "canceled", "medium"],
    ["plan", null, "high"],
    ["amount", null, "high"],
    ["currency", "eur", "high"],
    ["interval", "month", "high"],
    ["currentPeriodStart", null, "low"],
    ["currentPeriodEnd", 1, "low"],
    ["cancelAtPeriodEnd", true, "medium"],
  ])("name billing.%s, and how bad it is", (field, value, severity) => {
    const expected = aRecordInSync({ billing: aBillingRow({ [field]: value }) });
    expect(between(aRecordInSync(), expected)).toEqual([
      {
        field: `billing.${field}`,
        workspaceId: null,
        recorded: aBillingRow()[field],
        expected: value,
        severity,
      },
    ]);
  });

  it("are one low one, its id, where the billing row is missing", () => {
    const without = aRecordInSync({ billing: null });
    expect(between(without, aRecordInSync())).toMatchObject([
      { field: "billing.stripeSubscriptionId", recorded: null, expected: "sub_1", severity: "low" },
    ]);
  });

  it("name each workspace that does not follow", () => {
    const recorded = aRecord({
      workspaces: [aLockedWorkspace("w_1"), anOpenWorkspace(1, "w_2"), anOpenWorkspace(5, "w_3")],
    });
    const expected = aRecord({
      workspaces: [anOpenWorkspace(5, "w_1"), anOpenWorkspace(5, "w_2"), anOpenWorkspace(5, "w_3")],
    });
    expect(between(recorded, expected).map(({ field, workspaceId }) => [field, workspaceId])).toEqual([
      ["workspace.status", "w_1"],
      ["workspace.seats", "w_1"],
      ["workspace.seats", "w_2"],
    ]);
    expect(listFields(between(recorded, expected))[0]).toBe("workspace.status high");
  });

  it("are of plan, of status, of a workspace, or details: each of one kind", () => {
    const recorded = aRecordInSync();
    const expected = aRecord({
      user: { stripeCustomerId: "cus_2", cancelAtPeriodEnd: true },
      billing: aBillingRow({
        stripeSubscriptionId: "sub_2",
        stripePriceId: "price_2",
        status: "paused",
        plan: null,
        amount: 1,
        currency: "eur",
        interval: "day",
        currentPeriodStart: 1,
        currentPeriodEnd: 1,
        cancelAtPeriodEnd: true,
      }),
      workspaces: [aLockedWorkspace()],
    });
    const kinds = between(recorded, expected).map((one) => ({
      field: one.field,
      kinds: [isPlanMismatch, isStatusMismatch, isWorkspaceMismatch].map((is) => Number(is(one))).join(""),
    }));
    expect(Object.fromEntries(kinds.map(({ field, kinds }) => [field, kinds]))).toEqual({
      "user.stripeCustomerId": "000",
      "user.plan": "100",
      "user.subscriptionStatus": "010",
      "user.currentPeriodEnd": "000",
      "user.cancelAtPeriodEnd": "010",
      "billing.stripeSubscriptionId": "000",
      "billing.stripePriceId": "100",
      "billing.status": "010",
      "billing.plan": "100",
      "billing.amount": "100",
      "billing.currency": "100",
      "billing.interval": "100",
      "billing.currentPeriodStart": "000",
      "billing.currentPeriodEnd": "000",
      "billing.cancelAtPeriodEnd": "010",
      "workspace.status": "001",
      "workspace.seats": "001",
    });
  });
});

describe("a fingerprint", () => {
  const value = fc.constantFrom<string | number | boolean | null>(null, "1", 1, "army", true, "true", '","');
  const states = fc
    .record({ plan: value, status: value, seats: fc.constantFrom(0, 1, 5), price: value, id: value })
    .map(({ plan, status, seats, price, id }) =>
      aRecordInSync({
        user: { plan: text(plan), subscriptionStatus: text(status) },
        billing: aBillingRow({ stripePriceId: String(price), stripeSubscriptionId: String(id) }),
        workspaces: [anOpenWorkspace(5, "w_1"), anOpenWorkspace(seats, "w_2")],
      }),
    );

  it("is equal exactly for the same change of the same record", PATIENT, () => {
    fc.assert(
      fc.property(states, states, states, states, (a, b, c, d) => {
        const same = JSON.stringify(between(a, b)) === JSON.stringify(between(c, d));
        expect(fingerprintMismatches(between(a, b)) === fingerprintMismatches(between(c, d))).toBe(same);
        const ofOneRecord = JSON.stringify(b) === JSON.stringify(c);
        expect(fingerprintMismatches(between(a, b)) === fingerprintMismatches(between(a, c))).toBe(
          ofOneRecord,
        );
      }),
      withRuns(300),
    );
  });

  it("does not depend on the order of the workspaces, and tells values of different types apart", () => {
    const found = between(
      aRecord({ workspaces: [aLockedWorkspace("w_1"), aLockedWorkspace("w_2")] }),
      aRecord({ workspaces: [anOpenWorkspace(1, "w_1"), anOpenWorkspace(5, "w_2")] }),
    );
    expect(fingerprintMismatches(found.toReversed())).toBe(fingerprintMismatches(found));
    const [one] = between(aRecord(), aRecord({ user: { plan: "1" } }));
    expect(one && fingerprintMismatches([{ ...one, expected: 1 }])).not.toBe(
      one && fingerprintMismatches([one]),
    );
  });

  it("tells the workspaces apart", () => {
    const before = aRecord({ workspaces: [aLockedWorkspace("w_1"), aLockedWorkspace("w_2")] });
    const first = between(
      before,
      aRecord({ workspaces: [anOpenWorkspace(1, "w_1"), aLockedWorkspace("w_2")] }),
    );
    const second = between(
      before,
      aRecord({ workspaces: [aLockedWorkspace("w_1"), anOpenWorkspace(1, "w_2")] }),
    );
    expect(fingerprintMismatches(first)).not.toBe(fingerprintMismatches(second));
  });

  it("of no mismatches is that of nothing", () => {
    expect(fingerprintMismatches([])).toBe("[]");
  });
});

const text = (value: string | number | boolean | null) => (value === null ? null : String(value));

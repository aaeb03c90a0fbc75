import { describe, expect, it } from "vitest";
import { fingerprintMismatches } from "~/billing/mismatches";
import type { UserSnapshot } from "~/billing/snapshot";
import { describeStripeState } from "~/billing/stripe-state";
import {
  ARMY,
  aCanceledSubscription,
  aComp,
  aCustomer,
  aLink,
  aLockedWorkspace,
  anOpenWorkspace,
  anUnmappedItem,
  aRecord,
  aRecordInSync,
  aSnapshot,
  aStarterItem,
  aSubscription,
  CONTEXT,
  NOW,
} from "~/billing/testing/observations";
import { type DecideInput, decide } from "./decide";
import { evaluate } from "./evaluate";

type Settings = Partial<
  Pick<DecideInput, "writeMode" | "automatic" | "bulk" | "revocationLimitHasRoom" | "approval">
>;

/** By default an automatic caller in write mode full, with room for one more revocation. */
function decideFor(changes: Partial<UserSnapshot>, settings: Settings = {}) {
  const snapshot = aSnapshot(changes);
  return decide({
    snapshot,
    evaluation: evaluate(snapshot, CONTEXT),
    context: CONTEXT,
    writeMode: "full",
    automatic: true,
    revocationLimitHasRoom: true,
    approval: null,
    ...settings,
  });
}

const staff = { automatic: false };
const paying = [aCustomer({ subscriptions: [aSubscription()] })];
const canceled = [aCustomer({ subscriptions: [aCanceledSubscription()] })];
const lockedOut: Partial<UserSnapshot> = { customers: paying };
const leaking: Partial<UserSnapshot> = { record: aRecordInSync(), customers: canceled };
const blocked = (reason: string) => ({ kind: "blocked", reason, unlock: null });

describe("what is done", () => {
  it("nothing, where nothing differs", () => {
    expect(decideFor({ record: aRecordInSync(), customers: paying })).toEqual({ kind: "nothing" });
    expect(decideFor({})).toEqual({ kind: "nothing" });
  });

  it("nothing before everything was read", () => {
    expect(decideFor({ coverage: { fullRun: false, address: true } })).toEqual({ kind: "not_checked" });
  });

  it.each<[string, Partial<UserSnapshot>]>([
    ["link_conflict", { ...lockedOut, edges: [aLink("cus_1"), aLink("cus_1", { userId: "u_2" })] }],
    ["missing_in_stripe", { record: aRecordInSync() }],
    ["unknown_status", { customers: [aCustomer({ subscriptions: [aSubscription({ status: "dormant" })] })] }],
    [
      "unmapped_price",
      { customers: [aCustomer({ subscriptions: [aSubscription({ items: [anUnmappedItem()] })] })] },
    ],
    [
      "possible_match",
      {
        record: aRecord({ emailVerified: false }),
        emailCandidates: [{ customer: paying[0] ?? aCustomer(), linkedUserIds: [] }],
      },
    ],
  ])("nothing but a review for %s, for staff too", (verdict, snapshot) => {
    expect(evaluate(aSnapshot(snapshot), CONTEXT).verdict).toBe(verdict);
    expect(decideFor(snapshot)).toEqual({ kind: "review" });
    const overridden = decideFor(snapshot, { ...staff, approval: { override: true } });
    // An admin may take the access of a user that Stripe does not have; nothing else is written for a person.
    if (verdict !== "missing_in_stripe") expect(overridden).toEqual({ kind: "review" });
    else expect(overridden).toMatchObject({ kind: "repair", repair: { grants: false, revokes: true } });
    const paused = { ...staff, writeMode: "off" as const, approval: { override: true } };
    expect(decideFor(snapshot, paused)).toEqual({ kind: "review" });
  });

  it("a grant at once", () => {
    expect(decideFor(lockedOut)).toEqual({
      kind: "repair",
      repair: { after: evaluate(aSnapshot(lockedOut), CONTEXT).expected, grants: true, revokes: false },
    });
    expect(decideFor(lockedOut, { writeMode: "grant_only", revocationLimitHasRoom: false })).toMatchObject({
      kind: "repair",
    });
  });

  it("a correction that neither grants nor revokes, also when only grants are allowed", () => {
    const details = { record: aRecordInSync({ user: { currentPeriodEnd: 1 } }), customers: paying };
    expect(decideFor(details, { writeMode: "grant_only" })).toMatchObject({
      kind: "repair",
      repair: { grants: false, revokes: false },
    });
  });

  it("a revocation on positive evidence", () => {
    expect(decideFor(leaking)).toMatchObject({
      kind: "repair",
      repair: {
        revokes: true,
        after: { user: { subscriptionStatus: "canceled" }, workspaces: [aLockedWorkspace()] },
      },
    });
  });
});

describe("writeMode", () => {
  it("off: nothing is written, not even for staff or an admin who approves", () => {
    expect(decideFor(lockedOut, { writeMode: "off" })).toEqual(blocked("writes_off"));
    expect(decideFor(lockedOut, { writeMode: "off", ...staff })).toEqual(blocked("writes_off"));
    expect(decideFor(leaking, { writeMode: "off", ...staff, approval: { override: true } })).toEqual(
      blocked("writes_off"),
    );
  });

  it("grant_only: nothing revokes, the Sync button included", () => {
    expect(decideFor(leaking, { writeMode: "grant_only" })).toEqual(blocked("grant_only"));
    expect(decideFor(leaking, { writeMode: "grant_only", ...staff })).toEqual(blocked("grant_only"));
  });

  it("grant_only: except a revocation that an admin approves for this user, on the same evidence", () => {
    const approval = { writeMode: "grant_only", ...staff, approval: { override: false } } as const;
    expect(decideFor(leaking, approval)).toMatchObject({ kind: "repair", repair: { revokes: true } });
    const unproven = { record: aRecord({ workspaces: [anOpenWorkspace(1)] }) };
    expect(decideFor(unproven, approval)).toEqual(blocked("no_positive_evidence"));
  });

  it("evidence that is missing may be overridden there, for one user", () => {
    const override = { ...staff, approval: { override: true } };
    const unproven = { record: aRecord({ workspaces: [anOpenWorkspace(1)] }) };
    expect(decideFor(unproven, { ...override, writeMode: "grant_only" })).toMatchObject({ kind: "repair" });
    expect(decideFor({ ...leaking, revocationVersion: null }, override)).toMatchObject({ kind: "repair" });
  });
});

describe("a hold", () => {
  const hold = { stripeState: describeStripeState([aSubscription()]) };

  it("keeps automatic sources from writing, not staff", () => {
    expect(decideFor({ ...lockedOut, hold })).toEqual(blocked("on_hold"));
    expect(decideFor({ ...lockedOut, hold }, staff)).toMatchObject({ kind: "repair" });
  });

  it("and an acknowledgement keep staff from writing where they sync many users at once", () => {
    const bulk = { ...staff, bulk: true };
    const { mismatches } = evaluate(aSnapshot(lockedOut), CONTEXT);
    const acknowledged = fingerprintMismatches(mismatches);
    expect(decideFor({ ...lockedOut, hold }, bulk)).toEqual(blocked("on_hold"));
    expect(decideFor({ ...lockedOut, acknowledged }, bulk)).toEqual(blocked("acknowledged"));
    expect(decideFor({ ...lockedOut, acknowledged }, staff)).toMatchObject({ kind: "repair" });
  });

  it("ends when Stripe's state changes", () => {
    expect(decideFor({ ...leaking, hold })).toMatchObject({ kind: "repair" });
  });
});

describe("a revocation that is not proven", () => {
  it("reads the customers again when they were not read since the revocation was evaluated", () => {
    const read = { kind: "read", what: "customers" };
    expect(decideFor({ ...leaking, revocationVersion: null })).toEqual(read);
    expect(decideFor({ ...leaking, revocationVersion: 10 })).toEqual(read);
    expect(decideFor({ ...leaking, revocationVersion: 10 }, staff)).toEqual(read);
  });

  it("reads the address when another customer may be paying", () => {
    const unknown = { ...leaking, coverage: { fullRun: false, address: false } };
    expect(decideFor(unknown)).toEqual({ kind: "read", what: "address" });
    expect(decideFor({ ...leaking, coverage: { fullRun: false, address: true } })).toMatchObject({
      kind: "repair",
    });
  });

  it("waits beyond the revocation limit, for all callers but staff", () => {
    expect(decideFor(leaking, { revocationLimitHasRoom: false })).toEqual(blocked("revocation_limit"));
    expect(decideFor(leaking, { revocationLimitHasRoom: false, ...staff })).toMatchObject({ kind: "repair" });
  });

  it("is blocked under every verdict: fewer seats, a status that is cleared", () => {
    const fewer = { record: aRecordInSync({ workspaces: [anOpenWorkspace(6)] }), customers: paying };
    expect(decideFor(fewer, { writeMode: "grant_only" })).toEqual(blocked("grant_only"));
    const cleared = { record: aRecord({ user: { subscriptionStatus: "active" }, workspaces: [] }) };
    expect(decideFor(cleared)).toEqual(blocked("no_positive_evidence"));
  });

  it("blocks the whole repair, except the seats that a user has a right to", () => {
    const record = aRecordInSync({
      user: { plan: "starter" },
      workspaces: [anOpenWorkspace(6, "w_1"), aLockedWorkspace("w_2"), anOpenWorkspace(1, "w_3")],
    });
    expect(decideFor({ record, customers: paying }, { writeMode: "grant_only" })).toEqual({
      kind: "blocked",
      reason: "grant_only",
      unlock: {
        after: {
          user: record.user,
          billing: record.billing,
          workspaces: [anOpenWorkspace(6, "w_1"), anOpenWorkspace(5, "w_2"), anOpenWorkspace(5, "w_3")],
        },
        grants: true,
        revokes: false,
      },
    });
  });

  it("does not unlock for a user without a right to access", () => {
    const record = aRecordInSync({ workspaces: [anOpenWorkspace(5, "w_1"), aLockedWorkspace("w_2")] });
    expect(decideFor({ record, customers: canceled }, { writeMode: "grant_only" })).toEqual(
      blocked("grant_only"),
    );
  });

  it("is blocked while another paying customer has this email address", () => {
    const other = aCustomer({ id: "cus_9", subscriptions: [aSubscription({ id: "sub_9" })] });
    const starter = aCustomer({ subscriptions: [aSubscription({ items: [aStarterItem()] })] });
    const snapshot = {
      record: aRecordInSync({ workspaces: [anOpenWorkspace(5)] }),
      customers: [starter],
      emailCandidates: [{ customer: other, linkedUserIds: [] }],
    };
    expect(decideFor(snapshot)).toEqual(blocked("possible_other_customer"));
    const elsewhere = { ...snapshot, emailCandidates: [{ customer: other, linkedUserIds: ["u_2"] }] };
    expect(decideFor(elsewhere)).toMatchObject({ kind: "repair" });
  });
});

describe("a link by email", () => {
  const byAddress = {
    emailCandidates: [{ customer: aCustomer({ subscriptions: [aSubscription()] }), linkedUserIds: [] }],
  };

  it("is confirmed by a fresh read of the address between full runs", () => {
    expect(decideFor({ ...byAddress, coverage: { fullRun: true, address: false } })).toEqual({
      kind: "read",
      what: "address",
    });
  });

  it("is made when the address was read, or at the end of a full run", () => {
    expect(decideFor(byAddress)).toMatchObject({ kind: "repair", repair: { grants: true } });
  });
});

describe("a comp that is over", () => {
  const ended = aComp({ plan: ARMY, expiresAt: NOW, applied: true });

  it("is revoked without a subscription as evidence: Parity granted it", () => {
    const record = aRecord({ workspaces: [anOpenWorkspace(5)] });
    expect(decideFor({ record, comps: [ended] })).toMatchObject({
      kind: "repair",
      repair: { revokes: true, after: { workspaces: [aLockedWorkspace()] } },
    });
  });

  it("is reduced to a smaller comp that still runs", () => {
    const record = aRecord({ workspaces: [anOpenWorkspace(5)] });
    expect(decideFor({ record, comps: [ended, aComp({ id: "comp_2" })] })).toMatchObject({
      kind: "repair",
      repair: { revokes: true, after: { workspaces: [anOpenWorkspace(1)] } },
    });
  });

  it("is no evidence for more than it gave, nor when Parity did not grant it", () => {
    const small = aComp({ expiresAt: NOW, applied: true });
    const record = aRecord({ workspaces: [anOpenWorkspace(5)] });
    expect(decideFor({ record, comps: [small] })).toEqual(blocked("no_positive_evidence"));
    expect(decideFor({ record, comps: [{ ...ended, applied: false }] })).toEqual(
      blocked("no_positive_evidence"),
    );
  });
});

import { describe, expect, it } from "vitest";
import type { UserSnapshot } from "~/billing/snapshot";
import { stripeStateOf } from "~/billing/stripe-state";
import {
  ARMY,
  aCanceledSubscription,
  aComp,
  aCustomer,
  aRecord,
  aRecordInSync,
  aSnapshot,
  aSubscription,
  CONTEXT,
  edge,
  locked,
  NOW,
  starterItem,
  unknownItem,
  unlocked,
} from "~/billing/testing/observations";
import { type DecideInput, decide } from "./decide";
import { evaluate } from "./evaluate";

type Settings = Partial<
  Pick<DecideInput, "writeMode" | "automatic" | "revocationLimitHasRoom" | "confirmed">
>;

/** By default what an automatic source may do that has every right: writes full, room for one more revocation. */
function decided(changes: Partial<UserSnapshot>, settings: Settings = {}) {
  const snapshot = aSnapshot(changes);
  return decide({
    snapshot,
    evaluation: evaluate(snapshot, CONTEXT),
    context: CONTEXT,
    writeMode: "full",
    automatic: true,
    revocationLimitHasRoom: true,
    confirmed: null,
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
    expect(decided({ record: aRecordInSync(), customers: paying })).toEqual({ kind: "nothing" });
    expect(decided({})).toEqual({ kind: "nothing" });
  });

  it("nothing before everything was read", () => {
    expect(decided({ coverage: { pass: false, address: true } })).toEqual({ kind: "not_checked" });
  });

  it.each<[string, Partial<UserSnapshot>]>([
    ["link_conflict", { ...lockedOut, edges: [edge("cus_1"), edge("cus_1", { userId: "u_2" })] }],
    ["missing_in_stripe", { record: aRecordInSync() }],
    ["unknown_status", { customers: [aCustomer({ subscriptions: [aSubscription({ status: "dormant" })] })] }],
    [
      "unmapped_price",
      { customers: [aCustomer({ subscriptions: [aSubscription({ items: [unknownItem()] })] })] },
    ],
    [
      "possible_match",
      {
        record: aRecord({ emailVerified: false }),
        emailCandidates: [{ customer: paying[0] ?? aCustomer(), linkedUserIds: [] }],
      },
    ],
  ])("nothing but a review for %s, whoever asks", (verdict, snapshot) => {
    expect(evaluate(aSnapshot(snapshot), CONTEXT).verdict).toBe(verdict);
    expect(decided(snapshot)).toEqual({ kind: "review" });
    expect(decided(snapshot, { ...staff, confirmed: { override: true } })).toEqual({ kind: "review" });
  });

  it("a raise at once", () => {
    expect(decided(lockedOut)).toEqual({
      kind: "repair",
      repair: { after: evaluate(aSnapshot(lockedOut), CONTEXT).expected, grants: true, revokes: false },
    });
    expect(decided(lockedOut, { writeMode: "grant_only", revocationLimitHasRoom: false })).toMatchObject({
      kind: "repair",
    });
  });

  it("a correction that neither grants nor revokes, also when only raising is allowed", () => {
    const details = { record: aRecordInSync({ user: { currentPeriodEnd: 1 } }), customers: paying };
    expect(decided(details, { writeMode: "grant_only" })).toMatchObject({
      kind: "repair",
      repair: { grants: false, revokes: false },
    });
  });

  it("a revocation on positive evidence", () => {
    expect(decided(leaking)).toMatchObject({
      kind: "repair",
      repair: { revokes: true, after: { user: { subscriptionStatus: "canceled" }, workspaces: [locked()] } },
    });
  });
});

describe("writeMode", () => {
  it("off: nobody writes, staff and a confirming admin included", () => {
    expect(decided(lockedOut, { writeMode: "off" })).toEqual(blocked("writes_off"));
    expect(decided(lockedOut, { writeMode: "off", ...staff })).toEqual(blocked("writes_off"));
    expect(decided(leaking, { writeMode: "off", ...staff, confirmed: { override: true } })).toEqual(
      blocked("writes_off"),
    );
  });

  it("grant_only: nothing revokes, the Sync button included", () => {
    expect(decided(leaking, { writeMode: "grant_only" })).toEqual(blocked("grant_only"));
    expect(decided(leaking, { writeMode: "grant_only", ...staff })).toEqual(blocked("grant_only"));
  });

  it("grant_only: except a revocation that an admin confirms by name, on the same evidence", () => {
    const confirmed = { writeMode: "grant_only", ...staff, confirmed: { override: false } } as const;
    expect(decided(leaking, confirmed)).toMatchObject({ kind: "repair", repair: { revokes: true } });
    const unproven = { record: aRecord({ workspaces: [unlocked(1)] }) };
    expect(decided(unproven, confirmed)).toEqual(blocked("no_positive_evidence"));
  });

  it("evidence that is missing may be overridden there, for one user", () => {
    const override = { ...staff, confirmed: { override: true } };
    const unproven = { record: aRecord({ workspaces: [unlocked(1)] }) };
    expect(decided(unproven, { ...override, writeMode: "grant_only" })).toMatchObject({ kind: "repair" });
    expect(decided({ ...leaking, revocationVersion: null }, override)).toMatchObject({ kind: "repair" });
  });
});

describe("a hold", () => {
  const hold = { stripeState: stripeStateOf([aSubscription()]) };

  it("keeps automatic sources from writing, not staff", () => {
    expect(decided({ ...lockedOut, hold })).toEqual(blocked("on_hold"));
    expect(decided({ ...lockedOut, hold }, staff)).toMatchObject({ kind: "repair" });
  });

  it("ends when Stripe's state changes", () => {
    expect(decided({ ...leaking, hold })).toMatchObject({ kind: "repair" });
  });
});

describe("a revocation that is not proven", () => {
  it("reads the customers again when they were not read since it was evaluated", () => {
    const read = { kind: "read", what: "customers" };
    expect(decided({ ...leaking, revocationVersion: null })).toEqual(read);
    expect(decided({ ...leaking, revocationVersion: 10 })).toEqual(read);
    expect(decided({ ...leaking, revocationVersion: 10 }, staff)).toEqual(read);
  });

  it("reads the address when it is not known that nobody else pays", () => {
    const unknown = { ...leaking, coverage: { pass: false, address: false } };
    expect(decided(unknown)).toEqual({ kind: "read", what: "address" });
    expect(decided({ ...leaking, coverage: { pass: false, address: true } })).toMatchObject({
      kind: "repair",
    });
  });

  it("waits beyond the revocation limit, over all sources but staff", () => {
    expect(decided(leaking, { revocationLimitHasRoom: false })).toEqual(blocked("revocation_limit"));
    expect(decided(leaking, { revocationLimitHasRoom: false, ...staff })).toMatchObject({ kind: "repair" });
  });

  it("holds for every verdict: fewer soldiers, a status that is cleared", () => {
    const fewer = { record: aRecordInSync({ workspaces: [unlocked(6)] }), customers: paying };
    expect(decided(fewer, { writeMode: "grant_only" })).toEqual(blocked("grant_only"));
    const cleared = { record: aRecord({ user: { subscriptionStatus: "active" } }) };
    expect(decided(cleared)).toEqual(blocked("no_positive_evidence"));
  });

  it("blocks the whole repair, except unlocking the workspace of someone entitled", () => {
    const record = aRecordInSync({
      user: { plan: "starter" },
      workspaces: [unlocked(6, "w_1"), locked("w_2"), unlocked(1, "w_3")],
    });
    expect(decided({ record, customers: paying }, { writeMode: "grant_only" })).toEqual({
      kind: "blocked",
      reason: "grant_only",
      unlock: {
        after: {
          user: record.user,
          billing: record.billing,
          workspaces: [unlocked(6, "w_1"), unlocked(5, "w_2"), unlocked(1, "w_3")],
        },
        grants: true,
        revokes: false,
      },
    });
  });

  it("does not unlock for someone who is not entitled", () => {
    const record = aRecordInSync({ workspaces: [unlocked(5, "w_1"), locked("w_2")] });
    expect(decided({ record, customers: canceled }, { writeMode: "grant_only" })).toEqual(
      blocked("grant_only"),
    );
  });

  it("is blocked while somebody with this e-mail address pays who could be this user", () => {
    const other = aCustomer({ id: "cus_9", subscriptions: [aSubscription({ id: "sub_9" })] });
    const starter = aCustomer({ subscriptions: [aSubscription({ items: [starterItem()] })] });
    const snapshot = {
      record: aRecordInSync({ workspaces: [unlocked(5)] }),
      customers: [starter],
      emailCandidates: [{ customer: other, linkedUserIds: [] }],
    };
    expect(decided(snapshot)).toEqual(blocked("possible_other_customer"));
    const elsewhere = { ...snapshot, emailCandidates: [{ customer: other, linkedUserIds: ["u_2"] }] };
    expect(decided(elsewhere)).toMatchObject({ kind: "repair" });
  });
});

describe("a link by e-mail", () => {
  const byAddress = {
    emailCandidates: [{ customer: aCustomer({ subscriptions: [aSubscription()] }), linkedUserIds: [] }],
  };

  it("is confirmed by a fresh read of the address between passes", () => {
    expect(decided({ ...byAddress, coverage: { pass: true, address: false } })).toEqual({
      kind: "read",
      what: "address",
    });
  });

  it("is made when the address was read, or at the end of a pass", () => {
    expect(decided(byAddress)).toMatchObject({ kind: "repair", repair: { grants: true } });
  });
});

describe("a comp that is over", () => {
  const ended = aComp({ plan: ARMY, expiresAt: NOW, applied: true });

  it("is taken back without a subscription that says so: Parity gave it", () => {
    const record = aRecord({ workspaces: [unlocked(5)] });
    expect(decided({ record, comps: [ended] })).toMatchObject({
      kind: "repair",
      repair: { revokes: true, after: { workspaces: [locked()] } },
    });
  });

  it("is taken back down to a smaller one that still runs", () => {
    const record = aRecord({ workspaces: [unlocked(5)] });
    expect(decided({ record, comps: [ended, aComp({ id: "comp_2" })] })).toMatchObject({
      kind: "repair",
      repair: { revokes: true, after: { workspaces: [unlocked(1)] } },
    });
  });

  it("proves nothing about more than it gave, nor when Parity did not give it", () => {
    const small = aComp({ expiresAt: NOW, applied: true });
    const record = aRecord({ workspaces: [unlocked(5)] });
    expect(decided({ record, comps: [small] })).toEqual(blocked("no_positive_evidence"));
    expect(decided({ record, comps: [{ ...ended, applied: false }] })).toEqual(
      blocked("no_positive_evidence"),
    );
  });
});

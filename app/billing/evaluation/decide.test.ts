import { describe, expect, it } from "vitest";
import { type DecideInput, decide } from "./decide";
import { judge } from "./judge";
import type { Situation } from "~/billing/situation";
import { stripeStateOf } from "~/billing/stripe-state";
import {
  ARMY,
  aCanceledSubscription,
  aComp,
  aCustomer,
  aRecord,
  aRecordInStep,
  aSituation,
  aSubscription,
  CONTEXT,
  edge,
  locked,
  NOW,
  starterItem,
  unknownItem,
  unlocked,
} from "~/billing/testing/observations";

type Settings = Partial<Pick<DecideInput, "writes" | "automatic" | "breakerHasRoom" | "confirmed">>;

/** By default what an automatic source may do that has every right: writes full, room for one more lowering. */
function decided(changes: Partial<Situation>, settings: Settings = {}) {
  const situation = aSituation(changes);
  return decide({
    situation,
    judgement: judge(situation, CONTEXT),
    context: CONTEXT,
    writes: "full",
    automatic: true,
    breakerHasRoom: true,
    confirmed: null,
    ...settings,
  });
}

const staff = { automatic: false };
const paying = [aCustomer({ subscriptions: [aSubscription()] })];
const canceled = [aCustomer({ subscriptions: [aCanceledSubscription()] })];
const lockedOut: Partial<Situation> = { customers: paying };
const leaking: Partial<Situation> = { record: aRecordInStep(), customers: canceled };
const withheld = (reason: string) => ({ kind: "withheld", reason, unlock: null });

describe("what is done", () => {
  it("nothing, where nothing differs", () => {
    expect(decided({ record: aRecordInStep(), customers: paying })).toEqual({ kind: "nothing" });
    expect(decided({})).toEqual({ kind: "nothing" });
  });

  it("nothing before everything was read", () => {
    expect(decided({ knowledge: { pass: false, address: true } })).toEqual({ kind: "not_checked" });
  });

  it.each<[string, Partial<Situation>]>([
    ["link_conflict", { ...lockedOut, edges: [edge("cus_1"), edge("cus_1", { userId: "u_2" })] }],
    ["customer_gone", { record: aRecordInStep() }],
    ["unknown", { customers: [aCustomer({ subscriptions: [aSubscription({ status: "dormant" })] })] }],
    [
      "unknown_price",
      { customers: [aCustomer({ subscriptions: [aSubscription({ items: [unknownItem()] })] })] },
    ],
    [
      "link_suggested",
      {
        record: aRecord({ emailVerified: false }),
        emailCandidates: [{ customer: paying[0] ?? aCustomer(), linkedUserIds: [] }],
      },
    ],
  ])("nothing but a review for %s, whoever asks", (verdict, situation) => {
    expect(judge(aSituation(situation), CONTEXT).verdict).toBe(verdict);
    expect(decided(situation)).toEqual({ kind: "review" });
    expect(decided(situation, { ...staff, confirmed: { override: true } })).toEqual({ kind: "review" });
  });

  it("a raise at once", () => {
    expect(decided(lockedOut)).toEqual({
      kind: "repair",
      repair: { after: judge(aSituation(lockedOut), CONTEXT).expected, raises: true, lowers: false },
    });
    expect(decided(lockedOut, { writes: "raise_only", breakerHasRoom: false })).toMatchObject({
      kind: "repair",
    });
  });

  it("a correction that neither raises nor lowers, also when only raising is allowed", () => {
    const details = { record: aRecordInStep({ user: { currentPeriodEnd: 1 } }), customers: paying };
    expect(decided(details, { writes: "raise_only" })).toMatchObject({
      kind: "repair",
      repair: { raises: false, lowers: false },
    });
  });

  it("a lowering on positive evidence", () => {
    expect(decided(leaking)).toMatchObject({
      kind: "repair",
      repair: { lowers: true, after: { user: { subscriptionStatus: "canceled" }, workspaces: [locked()] } },
    });
  });
});

describe("writes", () => {
  it("off: nobody writes, staff and a confirming admin included", () => {
    expect(decided(lockedOut, { writes: "off" })).toEqual(withheld("writes_off"));
    expect(decided(lockedOut, { writes: "off", ...staff })).toEqual(withheld("writes_off"));
    expect(decided(leaking, { writes: "off", ...staff, confirmed: { override: true } })).toEqual(
      withheld("writes_off"),
    );
  });

  it("raise_only: nothing lowers, the Sync button included", () => {
    expect(decided(leaking, { writes: "raise_only" })).toEqual(withheld("raise_only"));
    expect(decided(leaking, { writes: "raise_only", ...staff })).toEqual(withheld("raise_only"));
  });

  it("raise_only: except a lowering that an admin confirms by name, on the same evidence", () => {
    const confirmed = { writes: "raise_only", ...staff, confirmed: { override: false } } as const;
    expect(decided(leaking, confirmed)).toMatchObject({ kind: "repair", repair: { lowers: true } });
    const unproven = { record: aRecord({ workspaces: [unlocked(1)] }) };
    expect(decided(unproven, confirmed)).toEqual(withheld("no_positive_evidence"));
  });

  it("evidence that is missing may be overridden there, for one user", () => {
    const override = { ...staff, confirmed: { override: true } };
    const unproven = { record: aRecord({ workspaces: [unlocked(1)] }) };
    expect(decided(unproven, { ...override, writes: "raise_only" })).toMatchObject({ kind: "repair" });
    expect(decided({ ...leaking, loweringStamp: null }, override)).toMatchObject({ kind: "repair" });
  });
});

describe("a hold", () => {
  const hold = { stripeState: stripeStateOf([aSubscription()]) };

  it("keeps automatic sources from writing, not staff", () => {
    expect(decided({ ...lockedOut, hold })).toEqual(withheld("on_hold"));
    expect(decided({ ...lockedOut, hold }, staff)).toMatchObject({ kind: "repair" });
  });

  it("ends when Stripe's state changes", () => {
    expect(decided({ ...leaking, hold })).toMatchObject({ kind: "repair" });
  });
});

describe("a lowering that is not proven", () => {
  it("reads the customers again when they were not read since it was judged", () => {
    const read = { kind: "read", what: "customers" };
    expect(decided({ ...leaking, loweringStamp: null })).toEqual(read);
    expect(decided({ ...leaking, loweringStamp: 10 })).toEqual(read);
    expect(decided({ ...leaking, loweringStamp: 10 }, staff)).toEqual(read);
  });

  it("reads the address when it is not known that nobody else pays", () => {
    const unknown = { ...leaking, knowledge: { pass: false, address: false } };
    expect(decided(unknown)).toEqual({ kind: "read", what: "address" });
    expect(decided({ ...leaking, knowledge: { pass: false, address: true } })).toMatchObject({
      kind: "repair",
    });
  });

  it("waits beyond the circuit breaker, over all sources but staff", () => {
    expect(decided(leaking, { breakerHasRoom: false })).toEqual(withheld("breaker"));
    expect(decided(leaking, { breakerHasRoom: false, ...staff })).toMatchObject({ kind: "repair" });
  });

  it("holds for every verdict: fewer soldiers, a status that is cleared", () => {
    const fewer = { record: aRecordInStep({ workspaces: [unlocked(6)] }), customers: paying };
    expect(decided(fewer, { writes: "raise_only" })).toEqual(withheld("raise_only"));
    const cleared = { record: aRecord({ user: { subscriptionStatus: "active" } }) };
    expect(decided(cleared)).toEqual(withheld("no_positive_evidence"));
  });

  it("withholds the whole repair, except unlocking the workspace of someone entitled", () => {
    const record = aRecordInStep({
      user: { plan: "starter" },
      workspaces: [unlocked(6, "w_1"), locked("w_2"), unlocked(1, "w_3")],
    });
    expect(decided({ record, customers: paying }, { writes: "raise_only" })).toEqual({
      kind: "withheld",
      reason: "raise_only",
      unlock: {
        after: {
          user: record.user,
          billing: record.billing,
          workspaces: [unlocked(6, "w_1"), unlocked(5, "w_2"), unlocked(1, "w_3")],
        },
        raises: true,
        lowers: false,
      },
    });
  });

  it("does not unlock for someone who is not entitled", () => {
    const record = aRecordInStep({ workspaces: [unlocked(5, "w_1"), locked("w_2")] });
    expect(decided({ record, customers: canceled }, { writes: "raise_only" })).toEqual(
      withheld("raise_only"),
    );
  });

  it("is withheld while somebody with this e-mail address pays who could be this user", () => {
    const other = aCustomer({ id: "cus_9", subscriptions: [aSubscription({ id: "sub_9" })] });
    const starter = aCustomer({ subscriptions: [aSubscription({ items: [starterItem()] })] });
    const situation = {
      record: aRecordInStep({ workspaces: [unlocked(5)] }),
      customers: [starter],
      emailCandidates: [{ customer: other, linkedUserIds: [] }],
    };
    expect(decided(situation)).toEqual(withheld("possible_other_customer"));
    const elsewhere = { ...situation, emailCandidates: [{ customer: other, linkedUserIds: ["u_2"] }] };
    expect(decided(elsewhere)).toMatchObject({ kind: "repair" });
  });
});

describe("a link by e-mail", () => {
  const byAddress = {
    emailCandidates: [{ customer: aCustomer({ subscriptions: [aSubscription()] }), linkedUserIds: [] }],
  };

  it("is confirmed by a fresh read of the address between passes", () => {
    expect(decided({ ...byAddress, knowledge: { pass: true, address: false } })).toEqual({
      kind: "read",
      what: "address",
    });
  });

  it("is made when the address was read, or at the end of a pass", () => {
    expect(decided(byAddress)).toMatchObject({ kind: "repair", repair: { raises: true } });
  });
});

describe("a comp that is over", () => {
  const ended = aComp({ plan: ARMY, expiresAt: NOW, applied: true });

  it("is taken back without a subscription that says so: Parity gave it", () => {
    const record = aRecord({ workspaces: [unlocked(5)] });
    expect(decided({ record, comps: [ended] })).toMatchObject({
      kind: "repair",
      repair: { lowers: true, after: { workspaces: [locked()] } },
    });
  });

  it("is taken back down to a smaller one that still runs", () => {
    const record = aRecord({ workspaces: [unlocked(5)] });
    expect(decided({ record, comps: [ended, aComp({ id: "comp_2" })] })).toMatchObject({
      kind: "repair",
      repair: { lowers: true, after: { workspaces: [unlocked(1)] } },
    });
  });

  it("proves nothing about more than it gave, nor when Parity did not give it", () => {
    const small = aComp({ expiresAt: NOW, applied: true });
    const record = aRecord({ workspaces: [unlocked(5)] });
    expect(decided({ record, comps: [small] })).toEqual(withheld("no_positive_evidence"));
    expect(decided({ record, comps: [{ ...ended, applied: false }] })).toEqual(
      withheld("no_positive_evidence"),
    );
  });
});

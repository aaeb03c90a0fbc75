import { describe, expect, it } from "vitest";
import { FIELDS } from "~/billing/fields";
import type { UserRecord } from "~/billing/record";
import type { UserSnapshot } from "~/billing/snapshot";
import {
  aBillingRow,
  aCanceledRecord,
  aCanceledSubscription,
  aCustomer,
  anOpenWorkspace,
  aRecordInSync,
  aSnapshot,
  aStarterItem,
  aSubscription,
  CONTEXT,
  DAY,
  NOW,
} from "~/billing/testing/observations";
import { decide } from "./decide";
import { evaluate } from "./evaluate";

function decideFor(changes: Partial<UserSnapshot>, writeMode: "full" | "grant_only") {
  const snapshot = aSnapshot(changes);
  return decide({
    snapshot,
    evaluation: evaluate(snapshot, CONTEXT),
    context: CONTEXT,
    writeMode,
    automatic: true,
    revocationLimitHasRoom: true,
    approval: null,
  });
}

const paying = [aCustomer({ subscriptions: [aSubscription()] })];
const canceled = [aCustomer({ subscriptions: [aCanceledSubscription()] })];
const starter = [aCustomer({ subscriptions: [aSubscription({ items: [aStarterItem()] })] })];

describe("case 1: overwriting what may mean access is a revocation", () => {
  it.each<[string, UserRecord]>([
    ["a status that gives access", aCanceledRecord({ user: { subscriptionStatus: "active" } })],
    ["the status of the row", aCanceledRecord({ billing: aBillingRow({ status: "active" }) })],
    ["a period that is paid for", aCanceledRecord({ user: { currentPeriodEnd: NOW + 999 * DAY } })],
    [
      "a workspace in a state of its own",
      aCanceledRecord({ workspaces: [{ id: "w_1", status: "open", seats: 5 }] }),
    ],
  ])("%s, also with workspaces that are locked", (_, record) => {
    expect(decideFor({ record, customers: canceled }, "grant_only")).toEqual({
      kind: "blocked",
      reason: "grant_only",
      unlock: null,
    });
    expect(decideFor({ record, customers: canceled }, "full").kind).toBe("repair");
  });

  it("a larger plan of a user with access", () => {
    const workspaces = [anOpenWorkspace(1)];
    const record = aRecordInSync({ user: { plan: "army" }, billing: null, workspaces });
    expect(decideFor({ record, customers: starter }, "grant_only")).toMatchObject({
      kind: "blocked",
      reason: "grant_only",
      unlock: null,
    });
    expect(decideFor({ record, customers: starter }, "full").kind).toBe("repair");
  });

  it.each(["free", "none", "", "starter"])("but not the plan %j with a larger one", (plan) => {
    const record = aRecordInSync({ user: { plan } });
    expect(decideFor({ record, customers: paying }, "grant_only").kind).toBe("repair");
  });
});

describe("words that only the application understands are kept", () => {
  const evaluateWith = (record: UserRecord, customers = canceled, rules = CONTEXT) =>
    evaluate(aSnapshot({ record, customers }), rules);

  it.each(["ACTIVE", "lifetime", "", "Trial "])(
    "the status %j, also with workspaces that are locked",
    (word) => {
      const record = aCanceledRecord({
        user: { subscriptionStatus: word },
        billing: aBillingRow({ ...aCanceledRecord().billing, status: word }),
      });
      const { expected, mismatches, flags } = evaluateWith(record);
      expect(expected).toMatchObject({ user: { subscriptionStatus: word }, billing: { status: word } });
      expect(mismatches).toEqual([]);
      expect(flags).toContain("unknown_word");
      for (const mode of ["full", "grant_only"] as const)
        expect(decideFor({ record, customers: canceled }, mode).kind).toBe("nothing");
    },
  );

  it.each(["enterprise", "PRO ", "ARMY", "Pro"])(
    "the plan %j of a payer, who still gets what is paid for",
    (plan) => {
      const record = aRecordInSync({
        user: { plan },
        workspaces: [{ id: "w_1", status: "locked", seats: 0 }],
      });
      const decision = decideFor({ record, customers: paying }, "grant_only");
      expect(decision).toMatchObject({
        kind: "repair",
        repair: { after: { user: { plan }, workspaces: [anOpenWorkspace(5)] }, revokes: false },
      });
      expect(evaluateWith(record, paying).flags).toContain("unknown_word");
    },
  );

  it("but a field that the application does not record holds no word", () => {
    const { status: _, ...billing } = FIELDS.billing;
    const rules = { ...CONTEXT, fields: { ...FIELDS, billing } };
    const record = aRecordInSync({ billing: aBillingRow({ status: "" }) });
    expect(evaluateWith(record, paying, rules).flags).toEqual([]);
  });

  it("are for staff where they decide about access", () => {
    const record = aRecordInSync({ user: { subscriptionStatus: "ACTIVE" }, workspaces: [] });
    for (const customers of [paying, canceled])
      expect(evaluateWith(record, customers)).toMatchObject({ verdict: "unknown_status", mismatches: [] });
  });

  it("mean access that was given by hand where the mapping says so", () => {
    const vocabulary = {
      ...CONTEXT.policy.vocabulary,
      statusesByHand: ["lifetime"],
      plansByHand: ["founder"],
    };
    const rules = { ...CONTEXT, policy: { ...CONTEXT.policy, vocabulary } };
    for (const user of [{ subscriptionStatus: "lifetime" }, { plan: "founder" }])
      for (const workspaces of [[], [anOpenWorkspace(5)]])
        for (const customers of [canceled, []]) {
          const record = aRecordInSync({ user, workspaces, ...(customers.length ? {} : { billing: null }) });
          const { verdict, mismatches, flags } = evaluateWith(record, customers, rules);
          expect({ mismatches, critical: verdict === "unpaid_access" }).toEqual({
            mismatches: [],
            critical: false,
          });
          expect(flags).toContain("given_by_hand");
        }
  });
});

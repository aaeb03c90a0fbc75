import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { doesUserGiveAccess } from "~/billing/access";
import { evaluate } from "~/billing/evaluation/evaluate";
import { FIELDS, type RecordFields } from "~/billing/fields";
import { withRuns } from "~/billing/testing/arbitraries";
import {
  aCanceledSubscription,
  aCustomer,
  anOpenWorkspace,
  aRecordInSync,
  aSnapshot,
  aSubscription,
  CONTEXT,
  DAY,
  NOW,
} from "~/billing/testing/observations";
import {
  findStatusWord,
  readPlanMeaning,
  readStatusMeaning,
  STRIPES_WORDS,
  type Vocabulary,
} from "./vocabulary";

const FEW_WORDS: Vocabulary = {
  ...STRIPES_WORDS,
  statusWords: {
    on: ["active", "trialing"],
    late: ["past_due"],
    off: ["canceled", "unpaid", "incomplete_expired"],
  },
  cancelScheduledWord: "ending",
  statusesByHand: ["lifetime"],
  plansByHand: ["founder"],
};

describe("the application's word for a status", () => {
  it.each([
    ["active", false, "on"],
    ["trialing", false, "on"],
    ["active", true, "ending"],
    ["past_due", true, "ending"],
    ["canceled", true, "off"],
    ["paused", false, undefined],
    ["dormant", false, undefined],
  ])("%s (cancellation scheduled: %s) is %s", (status, scheduled, word) => {
    expect(findStatusWord(status, scheduled, FEW_WORDS)).toBe(word);
  });

  it("is Stripe's own unless the mapping has others", () => {
    expect(findStatusWord("dormant", true, STRIPES_WORDS)).toBe("dormant");
  });

  it("reads back as known, whatever the words are", () => {
    const words = fc.dictionary(
      fc.string({ minLength: 1 }),
      fc.subarray(["active", "past_due", "canceled"], { minLength: 1 }),
    );
    fc.assert(
      fc.property(words, fc.constantFrom("active", "past_due", "canceled", "odd"), (statusWords, status) => {
        const word = findStatusWord(status, false, { ...STRIPES_WORDS, statusWords });
        if (word !== undefined)
          expect(readStatusMeaning(word, { ...STRIPES_WORDS, statusWords })).toBe("known");
      }),
      withRuns(200),
    );
  });
});

describe("a recorded word", () => {
  it.each([
    [null, "none"],
    ["on", "known"],
    ["ending", "known"],
    ["lifetime", "by_hand"],
    ["active", "unknown"],
    ["ON", "unknown"],
    ["constructor", "unknown"],
    ["", "unknown"],
  ])("as a status, %j is %s", (word, meaning) => {
    expect(readStatusMeaning(word, FEW_WORDS)).toBe(meaning);
  });

  it.each([
    [null, "none"],
    ["basic", "none"],
    ["Free", "none"],
    ["army", "known"],
    ["founder", "by_hand"],
    ["Army", "unknown"],
  ])("as a plan, %j is %s", (word, meaning) => {
    const rules = { catalogue: CONTEXT.catalogue, noPlanWord: "basic", vocabulary: FEW_WORDS };
    expect(readPlanMeaning(word, rules)).toBe(meaning);
  });
});

describe("access by the application's own rule", () => {
  const withWords = (vocabulary: Partial<Vocabulary>) => ({
    ...CONTEXT,
    policy: { ...CONTEXT.policy, vocabulary: { ...STRIPES_WORDS, ...vocabulary } },
  });
  const fields = { subscriptionStatus: null, plan: null, currentPeriodEnd: null };

  it("may be the plan: no status is needed", () => {
    const byPlan = withWords({ accessBy: "plan", planOnEnd: "none" });
    expect(doesUserGiveAccess({ ...fields, plan: "army" }, null, byPlan)).toBe(true);
    expect(doesUserGiveAccess({ ...fields, subscriptionStatus: "active" }, null, byPlan)).toBe(false);
  });

  it("may be a date: access until then, and some time after it", () => {
    const byDate = withWords({ accessBy: "date", dateGraceSeconds: DAY });
    expect(doesUserGiveAccess({ ...fields, currentPeriodEnd: NOW - DAY + 1 }, null, byDate)).toBe(true);
    expect(doesUserGiveAccess({ ...fields, currentPeriodEnd: NOW - DAY }, null, byDate)).toBe(false);
  });

  it.each<[string, Partial<Vocabulary>]>([
    ["the plan", { accessBy: "plan", planOnEnd: "none" }],
    ["a date", { accessBy: "date" }],
    ["the status", { accessBy: "status" }],
  ])("by %s: a canceled subscription takes it, in the field that decides", (_, vocabulary) => {
    const context = withWords(vocabulary);
    const periodEnd = NOW + 300 * DAY;
    const ended = aCanceledSubscription({ endedAt: NOW - 3 * DAY });
    const record = aRecordInSync({ user: { currentPeriodEnd: periodEnd }, workspaces: [] });
    const { verdict, expected, revokes } = evaluate(
      aSnapshot({ record, customers: [aCustomer({ subscriptions: [ended] })] }),
      context,
    );
    expect({ verdict, revokes }).toEqual({ verdict: "unpaid_access", revokes: true });
    expect(doesUserGiveAccess(expected.user, ended, context)).toBe(false);
    const healed = evaluate(
      aSnapshot({ record: { ...record, ...expected }, customers: [aCustomer({ subscriptions: [ended] })] }),
      context,
    );
    expect(healed.mismatches).toEqual([]);
    const paying = [aCustomer({ subscriptions: [aSubscription()] })];
    const again = evaluate(aSnapshot({ record: { ...record, ...expected }, customers: paying }), context);
    expect(again.verdict).toBe("locked_out");
    expect(doesUserGiveAccess(again.expected.user, null, context)).toBe(true);
  });

  it("by the plan: nothing in Stripe is no reason to take it by itself", () => {
    const context = withWords({ accessBy: "plan", planOnEnd: "none" });
    const record = aRecordInSync({ user: { stripeCustomerId: null }, billing: null, workspaces: [] });
    const { verdict, expected, revokes } = evaluate(aSnapshot({ record, customers: [], edges: [] }), context);
    expect({ verdict, plan: expected.user.plan, revokes }).toEqual({
      verdict: "unpaid_access",
      plan: null,
      revokes: true,
    });
  });
});

describe("an application that records other fields", () => {
  const sets = {
    type: "number",
    nullable: true,
    group: "plan",
    label: "Members",
    short: "members",
    why: ".",
  } as const;
  const canceled = [aCustomer({ subscriptions: [aCanceledSubscription()] })];
  const paying = [aCustomer({ subscriptions: [aSubscription()] })];

  it("has the columns that the plan sets, and those of no plan at the end", () => {
    const fields: RecordFields = { ...FIELDS, user: { ...FIELDS.user, ...{ "sets.members": sets } } };
    const planSets = { army: { members: 50 }, none: { members: 1 } };
    const vocabulary = { ...STRIPES_WORDS, planSets };
    const policy = { ...CONTEXT.policy, noPlanWord: "none", vocabulary };
    const record = aRecordInSync({ workspaces: [anOpenWorkspace(5)] });
    const evaluateWith = (customers: typeof paying) =>
      evaluate(aSnapshot({ record, customers }), { ...CONTEXT, policy, fields }).expected.user;
    expect(evaluateWith(paying)).toMatchObject({ "sets.members": 50 });
    expect(evaluateWith(canceled)).toMatchObject({ "sets.members": 1 });
  });

  it("keeps nothing of an ended subscription where the mapping says so, and all of it while it is paid", () => {
    const stripeSubscriptionId = { ...FIELDS.billing.stripeSubscriptionId, emptiedAtEnd: true };
    const currentPeriodEnd = { ...FIELDS.user.currentPeriodEnd, emptiedAtEnd: true };
    const fields: RecordFields = {
      ...FIELDS,
      user: { ...FIELDS.user, currentPeriodEnd },
      billing: { stripeSubscriptionId, stripePriceId: FIELDS.billing.stripePriceId },
    };
    const record = aRecordInSync();
    const evaluateWith = (customers: typeof paying, recorded = record) =>
      evaluate(aSnapshot({ record: recorded, customers }), { ...CONTEXT, fields });
    expect(evaluateWith(paying).expected.billing).not.toBeNull();
    const { expected } = evaluateWith(canceled);
    expect(expected).toMatchObject({ user: { currentPeriodEnd: null }, billing: null });
    expect(evaluateWith(canceled, { ...record, ...expected }).mismatches).toEqual([]);
  });

  it("has no count of seats: an active workspace is usable, and is locked and unlocked", () => {
    const fields: RecordFields = { ...FIELDS, workspace: { status: FIELDS.workspace.status } };
    const record = aRecordInSync({ workspaces: [{ id: "w_1", status: "active", seats: 1 }] });
    const context = { ...CONTEXT, fields };
    expect(evaluate(aSnapshot({ record, customers: paying }), context)).toMatchObject({
      ...{ verdict: "in_sync", grants: false, revokes: false },
    });
    expect(evaluate(aSnapshot({ record, customers: canceled }), context)).toMatchObject({
      ...{ verdict: "unpaid_access", revokes: true },
      expected: { workspaces: [{ status: "locked" }] },
    });
    const locked = aRecordInSync({ workspaces: [{ id: "w_1", status: "locked", seats: 1 }] });
    expect(evaluate(aSnapshot({ record: locked, customers: paying }), context)).toMatchObject({
      ...{ verdict: "locked_out", grants: true, revokes: false },
      expected: { workspaces: [{ status: "active" }] },
    });
  });
});

it("the record should say what Stripe says in the application's own words, and a second run changes nothing", () => {
  const context = { ...CONTEXT, policy: { ...CONTEXT.policy, vocabulary: FEW_WORDS } };
  const subscriptions = [
    aSubscription({ status: "trialing" }),
    aSubscription({ status: "active", cancelAtPeriodEnd: true }),
    aSubscription({ status: "past_due", pastDueSince: NOW - DAY }),
    aCanceledSubscription(),
  ];
  const words = subscriptions.map((subscription) => {
    const customers = [aCustomer({ subscriptions: [subscription] })];
    const record = aRecordInSync({ user: { subscriptionStatus: "off" }, workspaces: [] });
    const { expected } = evaluate(aSnapshot({ record, customers }), context);
    const again = evaluate(aSnapshot({ record: { ...record, ...expected }, customers }), context);
    expect(again.mismatches).toEqual([]);
    return expected.user.subscriptionStatus;
  });
  expect(words).toEqual(["on", "ending", "late", "off"]);
});

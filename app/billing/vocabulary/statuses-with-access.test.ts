import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideAccess, findGraceEnd } from "~/billing/access";
import { decide } from "~/billing/evaluation/decide";
import { evaluate, type PolicyContext } from "~/billing/evaluation/evaluate";
import { ROWS_WITH_ACCESS } from "~/billing/expected";
import { FIELDS } from "~/billing/fields";
import type { Subscription, SubscriptionItem } from "~/billing/observation";
import type { WriteMode } from "~/billing/policy";
import { contexts, PATIENT, withRuns } from "~/billing/testing/arbitraries";
import {
  aCanceledSubscription,
  aCustomer,
  aRecordInSync,
  aSnapshot,
  aSubscription,
  CONTEXT,
  DAY,
  NOW,
} from "~/billing/testing/observations";
import { decisions, snapshots } from "~/billing/testing/snapshots";
import { STRIPES_WORDS, type Vocabulary } from "./vocabulary";

type Said = Vocabulary["statusesWithAccess"];

const withRule = (statusesWithAccess: Said, more: Partial<Vocabulary> = {}): PolicyContext => ({
  ...CONTEXT,
  policy: {
    ...CONTEXT.policy,
    vocabulary: { ...STRIPES_WORDS, accessBy: "status", ...more, statusesWithAccess },
  },
});

const SHUTS_OUT = withRule(["active", "trialing"]);
const LETS_IN = withRule(["active", "trialing", "past_due"]);
const NOT_SAID = withRule("not_said");

const late = aSubscription({ status: "past_due", pastDueSince: NOW - DAY, unpaidSince: NOW - DAY });

/** A user without workspaces, recorded with this status. */
function decideFor(context: PolicyContext, recorded: string, subscription: Subscription, mode: WriteMode) {
  const inSync = aRecordInSync({ user: { subscriptionStatus: recorded }, workspaces: [] });
  const record = { ...inSync, billing: inSync.billing && { ...inSync.billing, status: recorded } };
  const snapshot = aSnapshot({ record, customers: [aCustomer({ subscriptions: [subscription] })] });
  const evaluation = evaluate(snapshot, context);
  const decision = decide({
    ...{ snapshot, evaluation, context, writeMode: mode },
    ...{ automatic: true, revocationLimitHasRoom: true, approval: null },
  });
  return { ...evaluation, decision };
}

const written = (user: object, revokes: boolean) => ({
  kind: "repair",
  repair: { revokes, after: { user } },
});

describe("an application that lets in no one who is past due", () => {
  it("gives no days of grace", () => {
    expect(decideAccess(late, SHUTS_OUT.policy, NOW).access).toBe("no");
    expect(findGraceEnd(late, SHUTS_OUT.policy)).toBe(NOW - DAY);
    expect(decideAccess(late, LETS_IN.policy, NOW).access).toBe("yes");
    expect(findGraceEnd(late, LETS_IN.policy)).toBe(NOW + 6 * DAY);
  });

  it("never has past_due written over a status with access where only grants are allowed", () => {
    const found = decideFor(SHUTS_OUT, "active", late, "grant_only");
    expect(found).toMatchObject({ verdict: "unpaid_access", revokes: true });
    expect(found.decision).toMatchObject({ kind: "blocked", reason: "grant_only" });
    expect(decideFor(SHUTS_OUT, "active", late, "full").decision).toMatchObject(
      written({ subscriptionStatus: "past_due" }, true),
    );
  });

  it("has it written over one that lets in no one either", () => {
    const found = decideFor(SHUTS_OUT, "unpaid", late, "grant_only");
    expect(found).toMatchObject({ verdict: "status_mismatch", grants: false });
    expect(found.decision).toMatchObject(written({ subscriptionStatus: "past_due" }, false));
    expect(decideFor(SHUTS_OUT, "past_due", late, "full")).toMatchObject({ verdict: "in_sync" });
  });

  it("shows who pays again as locked out, and lets them in", () => {
    const found = decideFor(SHUTS_OUT, "past_due", aSubscription(), "grant_only");
    expect(found).toMatchObject({ verdict: "locked_out", grants: true });
    expect(found.decision).toMatchObject(written({ subscriptionStatus: "active" }, false));
  });
});

it("an application that lets in who is past due has it written as what it is: a correction", () => {
  const found = decideFor(LETS_IN, "active", late, "grant_only");
  expect(found).toMatchObject({ verdict: "status_mismatch", revokes: false });
  expect(found.decision).toMatchObject(written({ subscriptionStatus: "past_due" }, false));
});

describe("where the mapping does not say it, past_due may take access", () => {
  it("so that it is written over a status with access as a revocation, on Stripe's word that it is late", () => {
    const found = decideFor(NOT_SAID, "active", late, "grant_only");
    expect(found).toMatchObject({ verdict: "status_mismatch", revokes: true, accessExpected: true });
    expect(found.decision).toMatchObject({ kind: "blocked", reason: "grant_only" });
    expect(decideFor(NOT_SAID, "trialing", late, "full").decision).toMatchObject(
      written({ subscriptionStatus: "past_due" }, true),
    );
  });

  it("and over one without access as a correction", () => {
    expect(decideFor(NOT_SAID, "canceled", late, "grant_only").decision).toMatchObject(
      written({ subscriptionStatus: "past_due" }, false),
    );
  });
});

it("a status that the application lets in is taken only as a revocation, also one that Parity calls unpaid", () => {
  const context = withRule(["active", "trialing", "unpaid"]);
  const ended = aCanceledSubscription();
  expect(decideFor(context, "unpaid", ended, "grant_only")).toMatchObject({
    revokes: true,
    decision: { kind: "blocked", reason: "grant_only" },
  });
  expect(decideFor(context, "unpaid", ended, "full").decision).toMatchObject(
    written({ subscriptionStatus: "canceled" }, true),
  );
  expect(decideFor(context, "unpaid", aSubscription({ status: "unpaid" }), "full")).toMatchObject({
    verdict: "in_sync",
  });
});

it("a word of the application's is let in, or not, as that word", () => {
  const words = {
    statusWords: { on: ["active", "trialing"], late: ["past_due"], off: ["canceled", "unpaid"] },
    cancelScheduledWord: "ending",
  };
  const context = withRule(["on", "ending"], words);
  expect(decideFor(context, "on", late, "grant_only")).toMatchObject({ revokes: true });
  expect(decideFor(context, "ending", late, "grant_only")).toMatchObject({ revokes: true });
  const ending = aSubscription({ cancelAtPeriodEnd: true });
  expect(decideFor(context, "on", ending, "grant_only").decision).toMatchObject(
    written({ subscriptionStatus: "ending" }, false),
  );
  // A word for what is paid until its end, which lets in no one, is never written over one that does.
  const odd = withRule(["on"], words);
  expect(decideFor(odd, "on", ending, "grant_only").decision).toMatchObject({ reason: "grant_only" });
  expect(decideFor(odd, "on", ending, "full").decision).toMatchObject({ reason: "no_positive_evidence" });
});

it("the last row that lets the owner in is taken only as a revocation, where the application has several", () => {
  const rowsField = { type: "text", nullable: true, group: "status", label: "", short: "", why: "" } as const;
  const fields = { ...FIELDS, user: { ...FIELDS.user, [ROWS_WITH_ACCESS]: rowsField } };
  const record = aRecordInSync({ user: { subscriptionStatus: "past_due" }, workspaces: [] });
  const user = { ...record.user, [ROWS_WITH_ACCESS]: `${late.id}=past_due\nsub_2=active` };
  const subscriptions = [late, aCanceledSubscription({ id: "sub_2" })];
  const snapshot = aSnapshot({ record: { ...record, user }, customers: [aCustomer({ subscriptions })] });
  const isRevoked = (context: PolicyContext) => evaluate(snapshot, { ...context, fields }).revokes;
  expect([SHUTS_OUT, NOT_SAID, LETS_IN].map(isRevoked)).toEqual([true, true, false]);
});

it("fewer seats by the quantity, or less of what a plan sets, are taken only as a revocation, on what is bought", () => {
  const number = { type: "number", nullable: true, group: "plan", label: "", short: "", why: "" } as const;
  const quantityField = { ...number, fromStripe: (item: SubscriptionItem | null) => item?.quantity };
  const billing = { ...FIELDS.billing, quantity: quantityField };
  const fields = { ...FIELDS, billing, user: { ...FIELDS.user, "sets.limit": number } };
  const rule = withRule(["active", "trialing"], { planSets: { army: { limit: 100 } } });
  const context = { ...rule, fields };
  const decideWith = (quantity: number, limit: number, writeMode: WriteMode) => {
    const inSync = aRecordInSync({ workspaces: [] });
    const user = { ...inSync.user, "sets.limit": limit };
    const record = { ...inSync, user, billing: inSync.billing && { ...inSync.billing, quantity } };
    const snapshot = aSnapshot({ record, customers: [aCustomer({ subscriptions: [aSubscription()] })] });
    return decide({
      ...{ snapshot, evaluation: evaluate(snapshot, context), context, writeMode },
      ...{ automatic: true, revocationLimitHasRoom: true, approval: null },
    });
  };
  for (const [quantity, limit] of [
    [3, 100],
    [1, 500],
  ] as const) {
    expect(decideWith(quantity, limit, "grant_only")).toMatchObject({
      kind: "blocked",
      reason: "grant_only",
    });
    expect(decideWith(quantity, limit, "full")).toMatchObject({ kind: "repair", repair: { revokes: true } });
  }
  expect(decideWith(0, 50, "grant_only")).toMatchObject({ kind: "repair", repair: { revokes: false } });
  expect(decideWith(1, 100, "full")).toEqual({ kind: "nothing" });
});

it(
  "where only grants are allowed, nothing is written that takes access by any status of the application's own rule",
  PATIENT,
  () => {
    fc.assert(
      fc.property(snapshots, contexts, decisions, (snapshot, context, settings) => {
        const evaluation = evaluate(snapshot, context);
        const { approval: _, ...asked } = settings;
        const decision = decide({
          ...{ snapshot, evaluation, context, ...asked },
          ...{ approval: null, writeMode: "grant_only" },
        });
        const after = decision.kind === "repair" ? decision.repair.after : null;
        const said = context.policy.vocabulary.statusesWithAccess;
        if (after === null || said === "by_policy") return;
        const sure = said === "not_said" ? ["active", "trialing"] : said;
        const before = snapshot.record;
        const pairs = [
          [before.user.subscriptionStatus, after.user.subscriptionStatus],
          ...(before.billing && after.billing ? [[before.billing.status, after.billing.status]] : []),
        ];
        for (const [was, should] of pairs)
          if (was && was !== should && sure.includes(was)) expect(sure).toContain(should);
      }),
      withRuns(1_000),
    );
  },
);

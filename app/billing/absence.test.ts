import fc from "fast-check";
import { expect, it } from "vitest";
import { decideAccess } from "./access";
import { type DecideInput, decide } from "./evaluation/decide";
import { type Evaluation, evaluate, type PolicyContext } from "./evaluation/evaluate";
import type { BillingState, UserRecord } from "./record";
import type { UserSnapshot } from "./snapshot";
import { contexts, PATIENT, withRuns } from "./testing/arbitraries";
import { decisions, snapshots, withRecord } from "./testing/snapshots";
import { isLetIn } from "./vocabulary/vocabulary";

/** What Stripe answered about the user's customers: as generated, nothing listed, not found, or never asked. */
const answers = fc.constantFrom("listed", "listed", "empty", "missing", "unasked");

function answerWith(snapshot: UserSnapshot, answer: string): UserSnapshot {
  if (answer === "listed") return snapshot;
  const all = [...snapshot.customers, ...snapshot.emailCandidates.map(({ customer }) => customer)];
  const customers = answer === "unasked" ? [] : all.map((one) => ({ ...one, subscriptions: [] }));
  const state = answer === "missing" ? ("missing" as const) : ("present" as const);
  const emptied = {
    ...snapshot,
    customers: customers.map((one) => ({ ...one, state })),
    emailCandidates: [],
  };
  return withRecord(emptied, snapshot.record);
}

type Case = {
  record: UserRecord;
  evaluation: Evaluation;
  context: PolicyContext;
  settings: Pick<DecideInput, "writeMode" | "approval">;
  /** What is written; null when nothing is. */
  after: BillingState | null;
};

const letsIn = (word: string | null, { policy }: PolicyContext) =>
  word !== null && isLetIn(word, policy.vocabulary) === true;

/** Checks a rule on what is written for any record, any answer of Stripe, any write mode, and any caller. */
function expectAlways(numRuns: number, rule: (one: Case) => void) {
  fc.assert(
    fc.property(snapshots, answers, contexts, decisions, (generated, answer, context, settings) => {
      const snapshot = answerWith(generated, answer);
      const evaluation = evaluate(snapshot, context);
      const decision = decide({ snapshot, evaluation, context, ...settings });
      const repair =
        decision.kind === "repair" ? decision.repair : decision.kind === "blocked" ? decision.unlock : null;
      rule({ record: snapshot.record, evaluation, context, settings, after: repair?.after ?? null });
    }),
    withRuns(numRuns),
  );
}

const isOverridden = ({ settings }: Case) => settings.approval?.override === true;

it("case 1: nothing recorded is changed without a subscription that Stripe lists", PATIENT, () => {
  expectAlways(4_000, (one) => {
    const { record, after, evaluation } = one;
    if (after === null || isOverridden(one) || evaluation.primary !== null) return;
    expect({ user: after.user, billing: after.billing }).toEqual({
      user: record.user,
      billing: record.billing,
    });
  });
});

it("case 1: what is recorded never disappears, whatever Stripe says", PATIENT, () => {
  expectAlways(4_000, (one) => {
    const { record, after, evaluation } = one;
    if (after === null || isOverridden(one)) return;
    const { access, statusAccess } = evaluation.primary ?? {};
    // For a user without workspaces the status is the access: Stripe says that what runs buys no seats (R95).
    const isStatusRevoked = record.workspaces.length === 0 && access === "no" && statusAccess === "yes";
    for (const [was, now] of [
      [record.user.plan, after.user.plan],
      [isStatusRevoked ? null : record.user.subscriptionStatus, after.user.subscriptionStatus],
      [record.user.stripeCustomerId, after.user.stripeCustomerId],
      [record.user.currentPeriodEnd, after.user.currentPeriodEnd],
      [record.billing, after.billing],
      [record.billing?.plan ?? null, after.billing?.plan ?? null],
    ])
      if (was !== null) expect(now).not.toBeNull();
  });
});

it("case 1: grant_only overwrites nothing that may mean access with something that does not", PATIENT, () => {
  expectAlways(6_000, ({ record, after, evaluation, context, settings }) => {
    if (after === null || settings.approval !== null || settings.writeMode !== "grant_only") return;
    const decideStatus = (status: string | null) =>
      status === null
        ? "no"
        : decideAccess(
            {
              status,
              pastDueSince: evaluation.primary?.subscription.pastDueSince ?? null,
              unpaidSince: evaluation.primary?.subscription.unpaidSince ?? null,
            },
            context.policy,
            context.now,
          ).access;
    // A word that the application names as letting in does so, whatever the policy says of it.
    for (const [was, now] of [
      [record.user.subscriptionStatus, after.user.subscriptionStatus],
      [record.billing?.status ?? null, after.billing?.status ?? null],
    ] as const)
      if (was !== now && decideStatus(was) !== "no" && !letsIn(now, context))
        expect(decideStatus(now)).toBe("yes");
    for (const workspace of record.workspaces) {
      const then = after.workspaces.find(({ id }) => id === workspace.id);
      if (workspace.status !== "locked") expect(then?.status).not.toBe("locked");
      if (workspace.status === "active") expect(then?.seats).toBeGreaterThanOrEqual(workspace.seats);
    }
  });
});

it("case 1: off writes nothing", PATIENT, () => {
  expectAlways(1_000, ({ after, settings }) => {
    if (settings.writeMode === "off") expect(after).toBeNull();
  });
});

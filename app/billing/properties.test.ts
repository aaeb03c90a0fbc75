import fc from "fast-check";
import { expect, it } from "vitest";
import { decideAccess, doesUserGiveAccess } from "./access";
import { type Decision, decide, type Repair } from "./evaluation/decide";
import { type Evaluation, evaluate, type PolicyContext } from "./evaluation/evaluate";
import { findMismatches } from "./mismatches";
import type { ObservedCustomer } from "./observation";
import { findMapping, findPlan } from "./plans";
import type { BillingState } from "./record";
import type { UserSnapshot } from "./snapshot";
import { contexts, PATIENT, withRuns } from "./testing/arbitraries";
import { DAY, NOW } from "./testing/observations";
import { countUsableSeats, doesTakeSeats } from "./testing/seats";
import { decisions, snapshots, withRecord } from "./testing/snapshots";
import { omitTimed, pickStable } from "./testing/stable-parts";
import { IN_SYNC_VERDICTS, REVIEW_VERDICTS, VERDICTS } from "./verdicts/catalogue";

type Settings = typeof decisions extends fc.Arbitrary<infer T> ? T : never;

type Case = {
  snapshot: UserSnapshot;
  evaluation: Evaluation;
  context: PolicyContext;
  settings: Settings;
  decision: Decision;
};

type Rules = Record<string, (one: Case) => void>;

/** Checks rules on any snapshot with its evaluation and decision; the error names the broken rule. */
function expectAlways(numRuns: number, rules: Rules) {
  fc.assert(
    fc.property(snapshots, contexts, decisions, (snapshot, context, settings) => {
      const evaluation = evaluate(snapshot, context);
      const decision = decide({ snapshot, evaluation, context, ...settings });
      for (const [name, rule] of Object.entries(rules)) {
        try {
          rule({ snapshot, context, evaluation, settings, decision });
        } catch (cause) {
          throw new Error(`Not always true: ${name}`, { cause });
        }
      }
    }),
    withRuns(numRuns),
  );
}

const findRepair = (decision: Decision): Repair | null =>
  decision.kind === "repair" ? decision.repair : decision.kind === "blocked" ? decision.unlock : null;

/** The user after a repair, with the same observations; a link by email is stored with the repair. */
function applyState({ snapshot, evaluation }: Case, state: BillingState): UserSnapshot {
  const { emailLink } = evaluation;
  const edges = [...snapshot.edges];
  if (emailLink !== null)
    edges.push({ userId: "u_1", customerId: emailLink, subscriptionId: null, source: "email" });
  return withRecord({ ...snapshot, edges }, { ...snapshot.record, ...state });
}

/** Have the fields of a user without workspaces given access until now, and do not any more? */
function doesTakeStatus({ snapshot, evaluation, context }: Case, then: BillingState): boolean {
  const { user, workspaces } = snapshot.record;
  const primary = evaluation.primary?.subscription ?? null;
  const gives = (state: BillingState) => doesUserGiveAccess(state.user, primary, context);
  return workspaces.length === 0 && gives({ ...then, user }) && !gives(then);
}

/** Computed in another way than in the code. */
function countEntitledSeats({ evaluation, snapshot, context }: Case): number {
  const listed = evaluation.customers
    .flatMap((customer) => customer?.subscriptions ?? [])
    .filter((one) => decideAccess(one, context.policy, context.now).access === "yes")
    .flatMap((one) => one.items.filter(({ quantity }) => quantity > 0))
    .map((item) => findPlan(context.catalogue, item)?.seats ?? 0);
  const given = snapshot.comps
    .filter(({ expiresAt, revokedAt }) => revokedAt === null && expiresAt > context.now)
    .map(({ plan }) => plan.seats);
  return Math.max(0, ...listed, ...given);
}

/** An admin takes access although the verdict is one that staff decide. */
const isOverridden = ({ evaluation, settings }: Case) =>
  evaluation.overridden !== null && settings.approval?.override === true;

const isUndecided = ({ verdict }: Evaluation) => REVIEW_VERDICTS.has(verdict) || verdict === "not_checked";

it("an evaluation is exactly one verdict, and holds until it is to be evaluated again", PATIENT, () => {
  expectAlways(1_500, {
    "exactly one verdict fits": ({ evaluation }) =>
      expect(VERDICTS.filter((verdict) => verdict === evaluation.verdict)).toHaveLength(1),
    "the mismatches are the differences from what is expected": ({ evaluation, snapshot }) =>
      expect(evaluation.mismatches).toEqual(findMismatches(snapshot.record, evaluation.expected)),
    "nothing differs from a record in sync": ({ evaluation }) => {
      if (IN_SYNC_VERDICTS.has(evaluation.verdict)) expect(evaluation.mismatches).toEqual([]);
    },
    "a grant and a revocation are named as such": ({ evaluation, snapshot: { record } }) => {
      if (doesTakeSeats(record, evaluation.expected)) expect(evaluation.revokes).toBe(true);
      if (doesTakeSeats(evaluation.expected, record)) expect(evaluation.grants).toBe(true);
    },
    "it is evaluated again in the future, and is the same until then": ({
      evaluation,
      snapshot,
      context,
    }) => {
      const { nextCheckAt } = evaluation;
      expect(nextCheckAt ?? NOW + 1).toBeGreaterThan(NOW);
      const then = nextCheckAt === null ? NOW + 400 * DAY : nextCheckAt - 1;
      expect(omitTimed(evaluate(snapshot, { ...context, now: then }))).toEqual(omitTimed(evaluation));
    },
  });
});

it("an evaluation does not depend on the order in which anything arrives", PATIENT, () => {
  const keys = fc.infiniteStream(fc.nat());
  fc.assert(
    fc.property(snapshots, contexts, keys, (snapshot, context, stream) => {
      const shuffle = <T>(all: readonly T[]): T[] =>
        all
          .map((one) => ({ one, key: stream.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
      const customer = (one: ObservedCustomer) => ({ ...one, subscriptions: shuffle(one.subscriptions) });
      const { record } = snapshot;
      const other: UserSnapshot = {
        ...snapshot,
        record: { ...record, workspaces: shuffle(record.workspaces) },
        customers: shuffle(snapshot.customers).map(customer),
        edges: shuffle(snapshot.edges),
        emailCandidates: shuffle(snapshot.emailCandidates).map((one) => ({
          ...one,
          customer: customer(one.customer),
        })),
        comps: shuffle(snapshot.comps),
      };
      expect(pickStable(evaluate(other, context))).toEqual(pickStable(evaluate(snapshot, context)));
    }),
    withRuns(700),
  );
});

it("a repair ends in the expected record, and a second run changes nothing", PATIENT, () => {
  expectAlways(2_500, {
    "evaluated again with the same observations the user is in sync": (one) => {
      if (one.decision.kind !== "repair") return;
      const again = evaluate(applyState(one, one.decision.repair.after), one.context);
      // A possible payer, an undecided link, or what an admin overrode is shown when access without payment is gone.
      const shown = ["possible_match", "link_conflict"].includes(again.verdict);
      const isShownNow = shown || (isOverridden(one) && REVIEW_VERDICTS.has(again.verdict));
      const isGone = !again.accessRecorded || again.comp !== null; // what a comp gives stays
      const isDone = IN_SYNC_VERDICTS.has(again.verdict) || (isShownNow && isGone);
      expect([again.mismatches, isDone ? "done" : again.verdict]).toEqual([[], "done"]);
    },
    "it is made only where something differs": ({ snapshot, decision }) => {
      const repair = findRepair(decision);
      if (repair) expect(findMismatches(snapshot.record, repair.after)).not.toEqual([]);
    },
    "it deletes no billing row, forgets no customer, touches the workspaces that are there": ({
      snapshot: { record },
      decision,
    }) => {
      const repair = findRepair(decision);
      if (!repair) return;
      if (record.billing) expect(repair.after.billing).not.toBeNull();
      if (record.user.stripeCustomerId) expect(repair.after.user.stripeCustomerId).not.toBeNull();
      expect(repair.after.workspaces.map(({ id }) => id)).toEqual(record.workspaces.map(({ id }) => id));
    },
    "it grants exactly what the listed subscriptions and running comps give a right to": (one) => {
      if (one.decision.kind !== "repair") return;
      const entitled = countEntitledSeats(one);
      for (const seats of countUsableSeats(one.decision.repair.after).values()) expect(seats).toBe(entitled);
    },
    "nothing is written for a verdict that staff decide, unless an admin overrides it, or before everything was read":
      (one) => {
        if (isUndecided(one.evaluation) && !isOverridden(one))
          expect(["review", "not_checked"]).toContain(one.decision.kind);
      },
    "what an admin overrides only takes": (one) => {
      if (!isOverridden(one) || one.decision.kind !== "repair") return;
      expect(one.settings.writeMode).not.toBe("off");
      expect(one.decision.repair).toMatchObject({ grants: false, revokes: true });
    },
    "nothing is written in write mode off, nor by an automatic caller on hold": (one) => {
      const { decision, settings, evaluation } = one;
      if (settings.writeMode === "off") expect(findRepair(decision)).toBeNull();
      if (settings.automatic && evaluation.onHold) expect(findRepair(decision)).toBeNull();
    },
  });
});

/** A rule for revocations that are made without an admin's override of the evidence. */
const forRevocations =
  (rule: (one: Case) => void) =>
  (one: Case): void => {
    if (one.decision.kind !== "repair" || one.settings.approval?.override) return;
    const { after } = one.decision.repair;
    if (doesTakeSeats(one.snapshot.record, after) || doesTakeStatus(one, after)) rule(one);
  };

it("a revocation is made only on positive evidence", PATIENT, () => {
  expectAlways(5_000, {
    "it is named as one": forRevocations(({ evaluation }) => expect(evaluation.revokes).toBe(true)),
    "the write mode is full, or an admin approved it for this user": forRevocations(({ settings }) => {
      if (settings.writeMode !== "full") expect(settings.approval).not.toBeNull();
    }),
    "every linked customer was read completely after it was evaluated": forRevocations(
      ({ evaluation, snapshot }) => {
        const version = snapshot.revocationVersion ?? Number.POSITIVE_INFINITY;
        for (const customer of evaluation.customers)
          expect(customer?.completeVersionStart).toBeGreaterThan(version);
      },
    ),
    "no other customer with an address that counts pays": forRevocations(({ evaluation, snapshot }) => {
      if (!snapshot.record.emailVerified || snapshot.addressSince !== null) return;
      expect(evaluation.possibleMatches).toEqual([]);
      expect(snapshot.coverage.fullRun || snapshot.coverage.address).toBe(true);
    }),
    "nothing that the record claims is another's by the record as well": forRevocations(({ evaluation }) =>
      expect(evaluation.links.conflicts.filter(({ isRecorded }) => isRecorded)).toEqual([]),
    ),
    "a subscription is the evidence, or access that Parity gave is over": forRevocations(
      ({ evaluation, snapshot, context }) => {
        const over = snapshot.comps.some(
          (one) => one.applied && (one.revokedAt !== null || one.expiresAt <= NOW),
        );
        const recorded = snapshot.record.billing?.stripeSubscriptionId;
        const most = Math.max(1, ...countUsableSeats(snapshot.record).values());
        const speaks = evaluation.subscriptions
          .filter(({ id }) => recorded === undefined || id === recorded)
          .some((one) => {
            const { access } = decideAccess(one, context.policy, NOW);
            const bought = one.items.filter(({ quantity }) => quantity > 0);
            const seats = bought.map((item) => findPlan(context.catalogue, item)?.seats ?? 0);
            return access === "no" || (access === "yes" && Math.max(0, ...seats) < most);
          });
        expect(over || speaks).toBe(true);
      },
    ),
    "no open subscription of the user's may give more than is known": forRevocations(
      ({ evaluation, context }) => {
        for (const one of evaluation.subscriptions) {
          const { access } = decideAccess(one, context.policy, NOW);
          expect(access).not.toBe("review");
          if (access !== "yes") continue;
          expect(one.items).not.toEqual([]);
          for (const item of one.items)
            if (item.quantity > 0) expect(findMapping(context.catalogue, item)).not.toBeUndefined();
        }
      },
    ),
    "the revocation limit has room, or staff asked for it or approved it": forRevocations(({ settings }) => {
      if (settings.automatic && settings.approval === null)
        expect(settings.revocationLimitHasRoom).toBe(true);
    }),
    "blocked, it still unlocks for a user with a right to access, and revokes nothing": (one) => {
      if (one.decision.kind !== "blocked" || one.decision.unlock === null) return;
      const [{ record }, { after }] = [one.snapshot, one.decision.unlock];
      expect(one.evaluation.accessExpected).toBe(true);
      expect(doesTakeSeats(record, after)).toBe(false);
      // Without workspaces the status is what gives access; the plan follows where that takes none.
      const { subscriptionStatus, plan } = record.workspaces.length > 0 ? record.user : after.user;
      expect({ user: after.user, billing: after.billing }).toEqual({
        user: { ...record.user, subscriptionStatus, plan },
        billing: record.billing,
      });
      const snapshot = withRecord(one.snapshot, { ...record, ...after });
      const evaluation = evaluate(snapshot, one.context);
      expect(findRepair(decide({ snapshot, evaluation, context: one.context, ...one.settings }))).toBeNull();
    },
  });
});

it("a grant is blocked only by write mode off, a hold, and a read of the address", PATIENT, () => {
  expectAlways(1_500, {
    "a repair that revokes nothing is made": ({ evaluation, decision, settings, snapshot }) => {
      if (evaluation.revokes || settings.writeMode === "off" || (settings.automatic && evaluation.onHold))
        return;
      if (IN_SYNC_VERDICTS.has(evaluation.verdict) || isUndecided(evaluation)) return;
      const reads = evaluation.emailLink !== null && !snapshot.coverage.address;
      expect(decision.kind).toBe(reads ? "read" : "repair");
    },
    "a user who is locked out is granted access, whatever else may be taken": (one) => {
      const { evaluation, decision, snapshot, settings } = one;
      if (evaluation.verdict !== "locked_out") return;
      expect(evaluation.grants).toBe(true);
      const isSilentAboutLate = one.context.policy.vocabulary.statusesWithAccess === "not_said";
      if (snapshot.record.workspaces.length > 0 && !isSilentAboutLate) expect(evaluation.revokes).toBe(false);
      if (settings.writeMode === "off" || decision.kind === "read" || evaluation.onHold) return;
      const after = findRepair(decision);
      const again = after && evaluate(applyState(one, after.after), one.context);
      expect(again?.accessRecorded).toBe(true);
    },
    "a user without workspaces has access only when a subscription gives it, or a comp runs": (one) => {
      const { evaluation, decision, snapshot, context } = one;
      if (snapshot.record.workspaces.length > 0 || decision.kind !== "repair" || evaluation.comp) return;
      const primary = evaluation.primary?.subscription ?? null;
      const { user } = decision.repair.after;
      expect(doesUserGiveAccess(user, primary, context)).toBe(evaluation.accessExpected);
    },
  });
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { accessOf } from "./access";
import { type Decision, decide, type Repair } from "./evaluation/decide";
import { type Evaluation, evaluate, type PolicyContext } from "./evaluation/evaluate";
import { fingerprintOf, mismatchesBetween } from "./mismatches";
import type { ObservedCustomer } from "./observation";
import { planOfPrice } from "./plans";
import type { BillingState } from "./record";
import type { UserSnapshot } from "./snapshot";
import { contexts, PATIENT, runs } from "./testing/arbitraries";
import { DAY, NOW } from "./testing/observations";
import { decisions, snapshots, withRecord } from "./testing/snapshots";
import { REVIEW_VERDICTS, SETTLED_VERDICTS, VERDICTS } from "./verdicts";

type Settings = typeof decisions extends fc.Arbitrary<infer T> ? T : never;

type Case = {
  snapshot: UserSnapshot;
  evaluation: Evaluation;
  context: PolicyContext;
  settings: Settings;
  decision: Decision;
};

type Rules = Record<string, (one: Case) => void>;

/** Checks rules on any snapshot, its evaluation and the decision about it; names the rule that is broken. */
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
    runs(numRuns),
  );
}

const written = (decision: Decision): Repair | null =>
  decision.kind === "repair" ? decision.repair : decision.kind === "blocked" ? decision.unlock : null;

/** The user after a repair, seen by the same observations; a link by e-mail is stored with the repair. */
function after({ snapshot, evaluation }: Case, state: BillingState): UserSnapshot {
  const { emailLink } = evaluation;
  const edges = [...snapshot.edges];
  if (emailLink !== null) edges.push({ userId: "u_1", customerId: emailLink, source: "email" });
  return withRecord({ ...snapshot, edges }, { ...snapshot.record, ...state });
}

const usableSeats = (state: BillingState) =>
  new Map(state.workspaces.map(({ id, status, seats }) => [id, status === "active" ? seats : 0]));

const takesSeats = (before: BillingState, then: BillingState) =>
  [...usableSeats(before)].some(([id, seats]) => (usableSeats(then).get(id) ?? 0) < seats);

/** What the listed subscriptions and the comps entitle to, said in another way than the code does. */
function entitledSeats({ evaluation, snapshot, context }: Case): number {
  const listed = evaluation.customers
    .flatMap((customer) => customer?.subscriptions ?? [])
    .filter((one) => accessOf(one, context.policy, context.now).access === "yes")
    .flatMap((one) => one.items.map((item) => planOfPrice(context.catalogue, item)?.seats ?? 0));
  const given = snapshot.comps
    .filter(({ expiresAt, revokedAt }) => revokedAt === null && expiresAt > context.now)
    .map(({ plan }) => plan.seats);
  return Math.max(0, ...listed, ...given);
}

/** Everything in an evaluation that must not depend on the order in which rows arrive. */
function essence(evaluation: Evaluation) {
  const sorted = <T>(all: readonly T[]) => all.map((one) => JSON.stringify(one)).sort();
  return {
    ...evaluation,
    comp: evaluation.comp?.plan,
    links: { ...evaluation.links, sources: sorted([...evaluation.links.sources.keys()]) },
    customers: evaluation.customers.map((customer) => customer?.id),
    subscriptions: sorted(evaluation.subscriptions.map(({ id }) => id)),
    expected: { ...evaluation.expected, workspaces: sorted(evaluation.expected.workspaces) },
    mismatches: fingerprintOf(evaluation.mismatches),
  };
}

const untimed = (evaluation: Evaluation) => ({
  ...essence(evaluation),
  flags: evaluation.flags.filter((flag) => flag !== "stale"),
});

const forNobody = ({ verdict }: Evaluation) => REVIEW_VERDICTS.has(verdict) || verdict === "not_checked";

it("an evaluation is exactly one verdict, and holds until it is to be evaluated again", PATIENT, () => {
  expectAlways(1_500, {
    "exactly one verdict fits": ({ evaluation }) =>
      expect(VERDICTS.filter((verdict) => verdict === evaluation.verdict)).toHaveLength(1),
    "the mismatches are the differences from what is expected": ({ evaluation, snapshot }) =>
      expect(evaluation.mismatches).toEqual(mismatchesBetween(snapshot.record, evaluation.expected)),
    "nothing differs from a settled record": ({ evaluation }) => {
      if (SETTLED_VERDICTS.has(evaluation.verdict)) expect(evaluation.mismatches).toEqual([]);
    },
    "a raise and a revocation are called what they are": ({ evaluation, snapshot: { record } }) => {
      if (takesSeats(record, evaluation.expected)) expect(evaluation.revokes).toBe(true);
      if (takesSeats(evaluation.expected, record)) expect(evaluation.grants).toBe(true);
    },
    "it is evaluated again in the future, and is the same until then": ({
      evaluation,
      snapshot,
      context,
    }) => {
      const { nextCheckAt } = evaluation;
      expect(nextCheckAt ?? NOW + 1).toBeGreaterThan(NOW);
      const then = nextCheckAt === null ? NOW + 400 * DAY : nextCheckAt - 1;
      expect(untimed(evaluate(snapshot, { ...context, now: then }))).toEqual(untimed(evaluation));
    },
  });
});

it("an evaluation does not depend on the order in which anything arrives", PATIENT, () => {
  const keys = fc.infiniteStream(fc.nat());
  fc.assert(
    fc.property(snapshots, contexts, keys, (snapshot, context, stream) => {
      const shuffled = <T>(all: readonly T[]): T[] =>
        all
          .map((one) => ({ one, key: stream.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
      const customer = (one: ObservedCustomer) => ({ ...one, subscriptions: shuffled(one.subscriptions) });
      const { record } = snapshot;
      const other: UserSnapshot = {
        ...snapshot,
        record: { ...record, workspaces: shuffled(record.workspaces) },
        customers: shuffled(snapshot.customers).map(customer),
        edges: shuffled(snapshot.edges),
        emailCandidates: shuffled(snapshot.emailCandidates).map((one) => ({
          ...one,
          customer: customer(one.customer),
        })),
        comps: shuffled(snapshot.comps),
      };
      expect(essence(evaluate(other, context))).toEqual(essence(evaluate(snapshot, context)));
    }),
    runs(700),
  );
});

it("a repair ends in the expected record, and a second run changes nothing", PATIENT, () => {
  expectAlways(2_500, {
    "evaluated again by the same observations all is settled": (one) => {
      if (one.decision.kind !== "repair") return;
      const again = evaluate(after(one, one.decision.repair.after), one.context);
      expect([again.mismatches, SETTLED_VERDICTS.has(again.verdict)]).toEqual([[], true]);
    },
    "it is made only where something differs": ({ snapshot, decision }) => {
      const repair = written(decision);
      if (repair) expect(mismatchesBetween(snapshot.record, repair.after)).not.toEqual([]);
    },
    "it deletes no billing row, forgets no customer, touches the workspaces that are there": ({
      snapshot: { record },
      decision,
    }) => {
      const repair = written(decision);
      if (!repair) return;
      if (record.billing) expect(repair.after.billing).not.toBeNull();
      if (record.user.stripeCustomerId) expect(repair.after.user.stripeCustomerId).not.toBeNull();
      expect(repair.after.workspaces.map(({ id }) => id)).toEqual(record.workspaces.map(({ id }) => id));
    },
    "it gives exactly what the listed subscriptions and running comps entitle to": (one) => {
      if (one.decision.kind !== "repair") return;
      const entitled = entitledSeats(one);
      for (const seats of usableSeats(one.decision.repair.after).values()) expect(seats).toBe(entitled);
    },
    "nothing is written for a verdict that staff decide, or before everything was read": (one) => {
      if (forNobody(one.evaluation)) expect(["review", "not_checked"]).toContain(one.decision.kind);
    },
    "nothing is written while writing is off, nor by an automatic source on hold": (one) => {
      const { decision, settings, evaluation } = one;
      if (settings.writeMode === "off") expect(written(decision)).toBeNull();
      if (settings.automatic && evaluation.onHold) expect(written(decision)).toBeNull();
    },
  });
});

/** A rule about revocations that are made without an admin who overrides the evidence. */
const ofRevocations =
  (rule: (one: Case) => void) =>
  (one: Case): void => {
    if (one.decision.kind !== "repair" || one.settings.confirmed?.override) return;
    if (takesSeats(one.snapshot.record, one.decision.repair.after)) rule(one);
  };

it("a revocation is made only on positive evidence", PATIENT, () => {
  expectAlways(5_000, {
    "writes are full, or an admin confirmed it by name": ofRevocations(({ settings }) => {
      if (settings.writeMode !== "full") expect(settings.confirmed).not.toBeNull();
    }),
    "every linked customer was read completely after it was evaluated": ofRevocations(
      ({ evaluation, snapshot }) => {
        const stamp = snapshot.revocationVersion ?? Number.POSITIVE_INFINITY;
        for (const customer of evaluation.customers)
          expect(customer?.completeVersionStart).toBeGreaterThan(stamp);
      },
    ),
    "nobody else who could be this user pays": ofRevocations(({ evaluation, snapshot }) => {
      expect(evaluation.suggestions).toEqual([]);
      expect(snapshot.coverage.pass || snapshot.coverage.address).toBe(true);
    }),
    "a subscription says so, or an access of Parity's is over": ofRevocations(
      ({ evaluation, snapshot, context }) => {
        const over = snapshot.comps.some(
          ({ applied, expiresAt, revokedAt }) => applied && (revokedAt !== null || expiresAt <= NOW),
        );
        const recorded = snapshot.record.billing?.stripeSubscriptionId;
        const most = Math.max(...usableSeats(snapshot.record).values());
        const speaks = evaluation.subscriptions
          .filter(({ id }) => recorded === undefined || id === recorded)
          .some((one) => {
            const { access } = accessOf(one, context.policy, NOW);
            const seats = one.items.map((item) => planOfPrice(context.catalogue, item)?.seats ?? 0);
            return access === "no" || (access === "yes" && Math.max(0, ...seats) < most);
          });
        expect(over || speaks).toBe(true);
      },
    ),
    "the revocation limit has room, or staff asked for it": ofRevocations(({ settings }) => {
      if (settings.automatic) expect(settings.revocationLimitHasRoom).toBe(true);
    }),
    "blocked, it still unlocks for someone entitled, and in doing so takes nothing away": (one) => {
      if (one.decision.kind !== "blocked" || one.decision.unlock === null) return;
      const { record } = one.snapshot;
      const { after } = one.decision.unlock;
      expect(one.evaluation.accessExpected).toBe(true);
      expect(takesSeats(record, after)).toBe(false);
      expect({ user: after.user, billing: after.billing }).toEqual({
        user: record.user,
        billing: record.billing,
      });
      const snapshot = withRecord(one.snapshot, { ...record, ...after });
      const evaluation = evaluate(snapshot, one.context);
      expect(written(decide({ snapshot, evaluation, context: one.context, ...one.settings }))).toBeNull();
    },
  });
});

it("a raise is blocked by nothing but writes off, a hold, and a read of the address", PATIENT, () => {
  expectAlways(1_500, {
    "a repair that revokes nothing is made": ({ evaluation, decision, settings, snapshot }) => {
      if (evaluation.revokes || settings.writeMode === "off" || (settings.automatic && evaluation.onHold))
        return;
      if (SETTLED_VERDICTS.has(evaluation.verdict) || forNobody(evaluation)) return;
      const reads = evaluation.emailLink !== null && !snapshot.coverage.address;
      expect(decision.kind).toBe(reads ? "read" : "repair");
    },
    "of someone locked out nothing is ever a revocation": ({ evaluation }) => {
      if (evaluation.verdict === "locked_out")
        expect(evaluation).toMatchObject({ grants: true, revokes: false });
    },
  });
});

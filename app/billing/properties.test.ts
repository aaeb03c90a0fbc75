import fc from "fast-check";
import { expect, it } from "vitest";
import { accessOf } from "./access";
import { type Decision, decide, type Repair } from "./evaluation/decide";
import { type JudgeContext, type Judgement, judge } from "./evaluation/judge";
import { fingerprintOf, mismatchesBetween } from "./mismatches";
import type { ObservedCustomer } from "./observation";
import { planOfPrice } from "./plans";
import type { BillingState } from "./record";
import type { Situation } from "./situation";
import { DAY, NOW } from "./testing/observations";
import { contexts, PATIENT, runs } from "./testing/arbitraries";
import { decisions, situations, withRecord } from "./testing/situations";
import { REVIEW_VERDICTS, SETTLED_VERDICTS, VERDICTS } from "./verdicts";

type Settings = typeof decisions extends fc.Arbitrary<infer T> ? T : never;

type Case = {
  situation: Situation;
  judgement: Judgement;
  context: JudgeContext;
  settings: Settings;
  decision: Decision;
};

type Rules = Record<string, (one: Case) => void>;

/** Checks rules on any situation, its judgement and the decision about it; names the rule that is broken. */
function expectAlways(numRuns: number, rules: Rules) {
  fc.assert(
    fc.property(situations, contexts, decisions, (situation, context, settings) => {
      const judgement = judge(situation, context);
      const decision = decide({ situation, judgement, context, ...settings });
      for (const [name, rule] of Object.entries(rules)) {
        try {
          rule({ situation, context, judgement, settings, decision });
        } catch (cause) {
          throw new Error(`Not always true: ${name}`, { cause });
        }
      }
    }),
    runs(numRuns),
  );
}

const written = (decision: Decision): Repair | null =>
  decision.kind === "repair" ? decision.repair : decision.kind === "withheld" ? decision.unlock : null;

/** The user after a repair, seen by the same observations; a link by e-mail is stored with the repair. */
function after({ situation, judgement }: Case, state: BillingState): Situation {
  const { emailLink } = judgement;
  const edges = [...situation.edges];
  if (emailLink !== null) edges.push({ userId: "u_1", customerId: emailLink, source: "email" });
  return withRecord({ ...situation, edges }, { ...situation.record, ...state });
}

const usableSoldiers = (state: BillingState) =>
  new Map(state.workspaces.map(({ id, status, soldiers }) => [id, status === "active" ? soldiers : 0]));

const takesSoldiers = (before: BillingState, then: BillingState) =>
  [...usableSoldiers(before)].some(([id, soldiers]) => (usableSoldiers(then).get(id) ?? 0) < soldiers);

/** What the listed subscriptions and the comps entitle to, said in another way than the code does. */
function entitledSoldiers({ judgement, situation, context }: Case): number {
  const listed = judgement.customers
    .flatMap((customer) => customer?.subscriptions ?? [])
    .filter((one) => accessOf(one, context.policy, context.now).access === "yes")
    .flatMap((one) => one.items.map((item) => planOfPrice(context.catalogue, item)?.soldiers ?? 0));
  const given = situation.comps
    .filter(({ expiresAt, revokedAt }) => revokedAt === null && expiresAt > context.now)
    .map(({ plan }) => plan.soldiers);
  return Math.max(0, ...listed, ...given);
}

/** Everything in a judgement that must not depend on the order in which rows arrive. */
function essence(judgement: Judgement) {
  const sorted = <T>(all: readonly T[]) => all.map((one) => JSON.stringify(one)).sort();
  return {
    ...judgement,
    comp: judgement.comp?.plan,
    links: { ...judgement.links, sources: sorted([...judgement.links.sources.keys()]) },
    customers: judgement.customers.map((customer) => customer?.id),
    subscriptions: sorted(judgement.subscriptions.map(({ id }) => id)),
    expected: { ...judgement.expected, workspaces: sorted(judgement.expected.workspaces) },
    mismatches: fingerprintOf(judgement.mismatches),
  };
}

const untimed = (judgement: Judgement) => ({
  ...essence(judgement),
  flags: judgement.flags.filter((flag) => flag !== "stale"),
});

const forNobody = ({ verdict }: Judgement) => REVIEW_VERDICTS.has(verdict) || verdict === "not_checked";

it("a judgement is exactly one verdict, and holds until it is to be judged again", PATIENT, () => {
  expectAlways(1_500, {
    "exactly one verdict fits": ({ judgement }) =>
      expect(VERDICTS.filter((verdict) => verdict === judgement.verdict)).toHaveLength(1),
    "the mismatches are the differences from what is expected": ({ judgement, situation }) =>
      expect(judgement.mismatches).toEqual(mismatchesBetween(situation.record, judgement.expected)),
    "nothing differs from a settled record": ({ judgement }) => {
      if (SETTLED_VERDICTS.has(judgement.verdict)) expect(judgement.mismatches).toEqual([]);
    },
    "a raise and a lowering are called what they are": ({ judgement, situation: { record } }) => {
      if (takesSoldiers(record, judgement.expected)) expect(judgement.lowers).toBe(true);
      if (takesSoldiers(judgement.expected, record)) expect(judgement.raises).toBe(true);
    },
    "it is judged again in the future, and is the same until then": ({ judgement, situation, context }) => {
      const { judgeAgainAt } = judgement;
      expect(judgeAgainAt ?? NOW + 1).toBeGreaterThan(NOW);
      const then = judgeAgainAt === null ? NOW + 400 * DAY : judgeAgainAt - 1;
      expect(untimed(judge(situation, { ...context, now: then }))).toEqual(untimed(judgement));
    },
  });
});

it("a judgement does not depend on the order in which anything arrives", PATIENT, () => {
  const keys = fc.infiniteStream(fc.nat());
  fc.assert(
    fc.property(situations, contexts, keys, (situation, context, stream) => {
      const shuffled = <T>(all: readonly T[]): T[] =>
        all
          .map((one) => ({ one, key: stream.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
      const customer = (one: ObservedCustomer) => ({ ...one, subscriptions: shuffled(one.subscriptions) });
      const { record } = situation;
      const other: Situation = {
        ...situation,
        record: { ...record, workspaces: shuffled(record.workspaces) },
        customers: shuffled(situation.customers).map(customer),
        edges: shuffled(situation.edges),
        emailCandidates: shuffled(situation.emailCandidates).map((one) => ({
          ...one,
          customer: customer(one.customer),
        })),
        comps: shuffled(situation.comps),
      };
      expect(essence(judge(other, context))).toEqual(essence(judge(situation, context)));
    }),
    runs(700),
  );
});

it("a repair ends in the expected record, and a second run changes nothing", PATIENT, () => {
  expectAlways(2_500, {
    "judged again by the same observations all is settled": (one) => {
      if (one.decision.kind !== "repair") return;
      const again = judge(after(one, one.decision.repair.after), one.context);
      expect([again.mismatches, SETTLED_VERDICTS.has(again.verdict)]).toEqual([[], true]);
    },
    "it is made only where something differs": ({ situation, decision }) => {
      const repair = written(decision);
      if (repair) expect(mismatchesBetween(situation.record, repair.after)).not.toEqual([]);
    },
    "it deletes no billing row, forgets no customer, touches the workspaces that are there": ({
      situation: { record },
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
      const entitled = entitledSoldiers(one);
      for (const soldiers of usableSoldiers(one.decision.repair.after).values())
        expect(soldiers).toBe(entitled);
    },
    "nothing is written for a verdict that staff decide, or before everything was read": (one) => {
      if (forNobody(one.judgement)) expect(["review", "not_checked"]).toContain(one.decision.kind);
    },
    "nothing is written while writing is off, nor by an automatic source on hold": (one) => {
      const { decision, settings, judgement } = one;
      if (settings.writes === "off") expect(written(decision)).toBeNull();
      if (settings.automatic && judgement.onHold) expect(written(decision)).toBeNull();
    },
  });
});

/** A rule about lowerings that are made without an admin who overrides the evidence. */
const ofLowerings =
  (rule: (one: Case) => void) =>
  (one: Case): void => {
    if (one.decision.kind !== "repair" || one.settings.confirmed?.override) return;
    if (takesSoldiers(one.situation.record, one.decision.repair.after)) rule(one);
  };

it("a lowering is made only on positive evidence", PATIENT, () => {
  expectAlways(5_000, {
    "writes are full, or an admin confirmed it by name": ofLowerings(({ settings }) => {
      if (settings.writes !== "full") expect(settings.confirmed).not.toBeNull();
    }),
    "every linked customer was read completely after it was judged": ofLowerings(
      ({ judgement, situation }) => {
        const stamp = situation.loweringStamp ?? Number.POSITIVE_INFINITY;
        for (const customer of judgement.customers) expect(customer?.completeStart).toBeGreaterThan(stamp);
      },
    ),
    "nobody else who could be this user pays": ofLowerings(({ judgement, situation }) => {
      expect(judgement.suggestions).toEqual([]);
      expect(situation.knowledge.pass || situation.knowledge.address).toBe(true);
    }),
    "a subscription says so, or an access of Parity's is over": ofLowerings(
      ({ judgement, situation, context }) => {
        const over = situation.comps.some(
          ({ applied, expiresAt, revokedAt }) => applied && (revokedAt !== null || expiresAt <= NOW),
        );
        const recorded = situation.record.billing?.stripeSubscriptionId;
        const most = Math.max(...usableSoldiers(situation.record).values());
        const speaks = judgement.subscriptions
          .filter(({ id }) => recorded === undefined || id === recorded)
          .some((one) => {
            const { access } = accessOf(one, context.policy, NOW);
            const soldiers = one.items.map((item) => planOfPrice(context.catalogue, item)?.soldiers ?? 0);
            return access === "no" || (access === "yes" && Math.max(0, ...soldiers) < most);
          });
        expect(over || speaks).toBe(true);
      },
    ),
    "the circuit breaker has room, or staff asked for it": ofLowerings(({ settings }) => {
      if (settings.automatic) expect(settings.breakerHasRoom).toBe(true);
    }),
    "withheld, it still unlocks for someone entitled, and in doing so takes nothing away": (one) => {
      if (one.decision.kind !== "withheld" || one.decision.unlock === null) return;
      const { record } = one.situation;
      const { after } = one.decision.unlock;
      expect(one.judgement.accessExpected).toBe(true);
      expect(takesSoldiers(record, after)).toBe(false);
      expect({ user: after.user, billing: after.billing }).toEqual({
        user: record.user,
        billing: record.billing,
      });
      const situation = withRecord(one.situation, { ...record, ...after });
      const judgement = judge(situation, one.context);
      expect(written(decide({ situation, judgement, context: one.context, ...one.settings }))).toBeNull();
    },
  });
});

it("a raise is withheld by nothing but writes off, a hold, and a read of the address", PATIENT, () => {
  expectAlways(1_500, {
    "a repair that lowers nothing is made": ({ judgement, decision, settings, situation }) => {
      if (judgement.lowers || settings.writes === "off" || (settings.automatic && judgement.onHold)) return;
      if (SETTLED_VERDICTS.has(judgement.verdict) || forNobody(judgement)) return;
      const reads = judgement.emailLink !== null && !situation.knowledge.address;
      expect(decision.kind).toBe(reads ? "read" : "repair");
    },
    "of someone locked out nothing is ever a lowering": ({ judgement }) => {
      if (judgement.verdict === "paid_not_recorded")
        expect(judgement).toMatchObject({ raises: true, lowers: false });
    },
  });
});

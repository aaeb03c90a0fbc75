import type { Purchase } from "~/billing/choice";
import { foldEmail } from "~/billing/email";
import { type Decision, decide, toEvidenceInput } from "~/billing/evaluation/decide";
import { type Evaluation, evaluate, type PolicyContext } from "~/billing/evaluation/evaluate";
import { checkRevocationEvidence } from "~/billing/evaluation/revocation";
import type { Customer } from "~/billing/observation";
import type { Catalogue, Plan, PriceMapping } from "~/billing/plans";
import type { Policy, WriteMode } from "~/billing/policy";
import type { Candidate, UserSnapshot } from "~/billing/snapshot";
import { VERDICT_CATALOGUE, VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";

/** How a repair is decided: for staff at a button or for an automatic run, without approval of a revocation. */
type DecideOptions = { automatic: boolean; revocationLimitHasRoom: boolean; approval: null };

/** Why a user has this verdict. Plain JSON: `input` gives the same evaluation and decisions again, for example in a test. */
export type Explanation = {
  input: {
    snapshot: UserSnapshot;
    plans: Plan[];
    prices: PriceMapping[];
    policy: Policy;
    now: number;
    writeMode: WriteMode;
  };
  evaluation: Pick<
    Evaluation,
    | "verdict"
    | "severity"
    | "flags"
    | "expected"
    | "mismatches"
    | "grants"
    | "revokes"
    | "accessRecorded"
    | "accessExpected"
    | "since"
    | "money"
    | "nextCheckAt"
    | "onHold"
  >;
  rules: {
    /** The verdicts that were tried, in order; the last one fits. */
    verdicts: { verdict: Verdict; fits: boolean }[];
    /** What the verdicts were tried on. */
    findings: Record<string, boolean>;
    links: { customerId: string; sources: string[] }[];
    conflicts: Evaluation["links"]["conflicts"];
    emailLink: string | null;
    possibleMatches: string[];
    /** The subscriptions in the order in which they count; the first one decides. */
    subscriptions: {
      id: string;
      status: string;
      plan: string | null;
      purchase: Purchase;
      access: string;
      changesAt: number | null;
    }[];
    /** Whether access may be revoked; null when nothing is to be revoked. */
    revocationEvidence: { ok: true } | { ok: false; reason: string } | null;
  };
  decisions: Record<"staff" | "automatic", { options: DecideOptions; decision: Decision }>;
};

const STAFF: DecideOptions = { automatic: false, revocationLimitHasRoom: true, approval: null };
const AUTOMATIC: DecideOptions = { ...STAFF, automatic: true };

/** Evaluates a user and lists what led to the verdict and to the decisions. Pure. */
export function explain(snapshot: UserSnapshot, context: PolicyContext, writeMode: WriteMode): Explanation {
  const { catalogue, policy, now } = context;
  const evaluation = evaluate(snapshot, context);
  const decideAs = (options: DecideOptions) => ({
    options,
    decision: decide({ snapshot, evaluation, context, writeMode, ...options }),
  });
  const { verdict, severity, flags, expected, mismatches, grants, revokes } = evaluation;
  const { accessRecorded, accessExpected, since, money, nextCheckAt, onHold } = evaluation;
  return {
    input: {
      snapshot,
      plans: [...catalogue.plans.values()],
      prices: listPrices(catalogue),
      policy,
      now,
      writeMode,
    },
    evaluation: {
      ...{ verdict, severity, flags, expected, mismatches, grants, revokes },
      ...{ accessRecorded, accessExpected, since, money, nextCheckAt, onHold },
    },
    rules: {
      verdicts: listTriedVerdicts(evaluation),
      findings: listFindings(evaluation),
      links: [...evaluation.links.sources].map(([customerId, sources]) => ({ customerId, sources })),
      conflicts: evaluation.links.conflicts,
      emailLink: evaluation.emailLink,
      possibleMatches: evaluation.possibleMatches,
      subscriptions: evaluation.ranked.map(
        ({ subscription: { id, status }, plan, purchase, access, changesAt }) => ({
          ...{ id, status, purchase, access, changesAt },
          plan: plan?.id ?? null,
        }),
      ),
      revocationEvidence: evaluation.revokes ? checkEvidence(snapshot, evaluation, context) : null,
    },
    decisions: { staff: decideAs(STAFF), automatic: decideAs(AUTOMATIC) },
  };
}

function listPrices({ byPriceId, byLookupKey, byProductId }: Catalogue): PriceMapping[] {
  const none = { priceId: null, lookupKey: null };
  return [
    ...[...byPriceId].map(([priceId, plan]) => ({ ...none, planId: plan?.id ?? null, priceId })),
    ...[...byLookupKey].map(([lookupKey, plan]) => ({ ...none, planId: plan?.id ?? null, lookupKey })),
    ...[...byProductId].map(([productId, plan]) => ({ ...none, planId: plan?.id ?? null, productId })),
  ];
}

function listTriedVerdicts({ verdict, findings }: Evaluation): Explanation["rules"]["verdicts"] {
  const tried = VERDICTS.slice(0, VERDICTS.indexOf(verdict) + 1);
  return tried.map((one) => ({ verdict: one, fits: VERDICT_CATALOGUE[one].fits(findings) }));
}

function listFindings({ findings }: Evaluation): Record<string, boolean> {
  const { primary, unmapped, comp, mismatches, ...facts } = findings;
  return {
    ...facts,
    hasUnmapped: unmapped !== null,
    hasSubscription: primary !== null,
    hasComp: comp !== null,
    differs: mismatches.length > 0,
  };
}

function checkEvidence(snapshot: UserSnapshot, evaluation: Evaluation, context: PolicyContext) {
  return checkRevocationEvidence(toEvidenceInput(snapshot, evaluation, context));
}

/**
 * Replaces e-mail addresses and names. Addresses that are equal stay equal, so that a reader still sees which customers have
 * the user's address. No rule reads an address or a name, so the evaluation stays the same.
 */
export function maskPersonalData(snapshot: UserSnapshot): UserSnapshot {
  const addresses = new Map<string, string>();
  const names = new Map<string, string>();
  const maskEmail = (email: string) =>
    getOrAdd(addresses, foldEmail(email), (count) => `person-${count}@masked.invalid`);
  const maskName = (name: string) => getOrAdd(names, name, (count) => `Person ${count}`);
  const maskCustomer = <C extends Customer>(customer: C): C => ({
    ...customer,
    email: customer.email === null ? null : maskEmail(customer.email),
    name: customer.name === null ? null : maskName(customer.name),
  });
  const maskCandidate = ({ customer, linkedUserIds }: Candidate): Candidate => ({
    customer: maskCustomer(customer),
    linkedUserIds,
  });
  const { record } = snapshot;
  return {
    ...snapshot,
    record: {
      ...record,
      email: maskEmail(record.email),
      name: record.name === null ? null : maskName(record.name),
    },
    customers: snapshot.customers.map(maskCustomer),
    emailCandidates: snapshot.emailCandidates.map(maskCandidate),
    references: snapshot.references.map(maskCandidate),
  };
}

function getOrAdd(known: Map<string, string>, key: string, create: (count: number) => string): string {
  const value = known.get(key) ?? create(known.size + 1);
  known.set(key, value);
  return value;
}

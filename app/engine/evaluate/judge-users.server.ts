import { type Decision, decide, type Repair, type WithheldReason } from "~/billing/evaluation/decide";
import { type Judgement, judge } from "~/billing/evaluation/judge";
import type { OrderStamp } from "~/billing/observation";
import type { Situation } from "~/billing/situation";
import { type Flag, SEVERITY_RANK } from "~/billing/verdicts";
import type { LoadedSituation } from "./situations.server";
import type { StandingRow } from "./standings.server";
import { intendedHash } from "./hash.server";
import type { Ground } from "./parts.server";

/** One user, judged, with what may be done about it. */
export type Judged<S extends Situation = Situation> = {
  situation: S;
  judgement: Judgement;
  decision: Decision;
};

export type DecideHow = {
  automatic: boolean;
  breakerHasRoom: boolean;
  confirmed: { override: boolean } | null;
  /** Only reads that started after this are evidence, whenever the lowering was first judged. */
  evidenceAfter?: OrderStamp | null;
};

export function judgeOne<S extends Situation>(
  situation: S,
  ground: Ground,
  { automatic, breakerHasRoom, confirmed, evidenceAfter }: DecideHow,
): Judged<S> {
  const judgement = judge(situation, ground.context);
  const { loweringStamp } = situation;
  const notBefore = loweringStamp === null ? null : Math.max(loweringStamp, evidenceAfter ?? loweringStamp);
  const decision = decide({
    situation: notBefore === loweringStamp ? situation : { ...situation, loweringStamp: notBefore },
    judgement,
    context: ground.context,
    writes: ground.settings.writes,
    automatic,
    breakerHasRoom,
    confirmed,
  });
  return { situation, judgement, decision };
}

/** The repair that may be made now: all of it, or what is made of a withheld one; null for none. */
export function repairOf(decision: Decision): Repair | null {
  if (decision.kind === "repair") return decision.repair;
  return decision.kind === "withheld" ? decision.unlock : null;
}

export const withheldReason = (decision: Decision): WithheldReason | null =>
  decision.kind === "withheld" ? decision.reason : null;

/** Ids of all customers that a complete read of this user must read, those never seen included. */
export const customerIdsOf = ({ links, emailLink }: Judgement) =>
  emailLink === null ? links.customerIds : [...links.customerIds, emailLink];

/** Hash of the change that a repair would make; null when it would make none. */
export function hashOf({ situation, judgement, decision }: Judged): string | null {
  const intends = decision.kind === "repair" || decision.kind === "read" || decision.kind === "withheld";
  const newRow = situation.record.billing === null ? judgement.expected.billing : null;
  return intends ? intendedHash(judgement.mismatches, newRow) : null;
}

/** Flags of the judgement, and whether a lowering is withheld. */
export function flagsOf({ judgement }: Pick<Judged, "judgement">, withheld: string | null): Flag[] {
  return withheld !== null && judgement.lowers ? [...judgement.flags, "not_lowered"] : judgement.flags;
}

/** The row of `Standing` for a judged user. */
export function standingOf(judged: Judged<LoadedSituation>): StandingRow {
  const { situation, judgement } = judged;
  const withheld = withheldReason(judged.decision);
  return {
    userId: situation.record.userId,
    verdict: judgement.verdict,
    severity: SEVERITY_RANK[judgement.severity],
    flags: flagsOf(judged, withheld),
    mismatches: judgement.mismatches,
    stripeStatus: judgement.counting?.subscription.status ?? null,
    stripePlan: judgement.counting?.plan?.id ?? null,
    moneyKind: judgement.money?.kind ?? null,
    moneyPerMonth: judgement.money?.perMonth ?? null,
    moneyCurrency: judgement.money?.currency ?? null,
    since: judgement.since,
    withheld,
    intendedHash: hashOf(judged),
    lowers: judgement.lowers,
    observedAt: situation.observedAt,
    judgeAgainAt: judgement.judgeAgainAt,
    kept: situation.kept,
  };
}

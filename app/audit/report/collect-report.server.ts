import { type Evaluation, evaluate } from "~/billing/evaluation/evaluate";
import { computeMonthlyAmount, type MonthlyMoney } from "~/billing/money";
import { readRecordedIds, type UserRecord } from "~/billing/record";
import {
  IN_SYNC_VERDICTS,
  type MoneyKind,
  VERDICT_CATALOGUE,
  VERDICTS,
  type Verdict,
} from "~/billing/verdicts/catalogue";
import { SEVERITY_RANK } from "~/billing/verdicts/severity";
import { pluralize } from "~/billing/words/counts";
import { describeMismatch, readCurrencies } from "~/billing/words/field-words";
import type { Stake } from "~/dashboard/account-facts.server";
import { describeRefusal } from "~/engine/account/refusal-words";
import { type EvaluationContext, loadEvaluationContext, loadOptions } from "~/engine/evaluate/deps.server";
import { loadSnapshots } from "~/engine/evaluate/snapshots.server";
import { userIdsAfter } from "~/engine/evaluate/users.server";
import type { Parity } from "~/facade/parity.server";
import type { Database } from "~/platform/client.server";
import { readNotJudged } from "../staging.server";
import { explainVerdict } from "./explain-verdict";
import type { AuditedPayer, AuditedUser, AuditReport, UnmappedPrice } from "./report";

const BATCH = 2_000;
const PAYERS = 1_000;

export type Collected = Pick<
  AuditReport,
  | "owners"
  | "checked"
  | "verdicts"
  | "money"
  | "users"
  | "payers"
  | "unmappedPrices"
  | "notChecked"
  | "account"
  | "mode"
>;

/** Evaluates everyone in the copy by the engine's rules, from what was read of Stripe, and adds up. */
export async function collectReport(
  { db, parity }: { db: Database; parity: Parity },
  progress: (done: number) => void,
): Promise<Collected> {
  const context = await loadEvaluationContext(db);
  const users: AuditedUser[] = [];
  const counts = new Map<Verdict, number>();
  const prices = new Map<string, { users: number; money: MoneySums }>();
  let failedLookups = 0;
  let notUnderstood = 0;
  let owners = 0;
  for await (const { snapshots, troubles } of loadBatches(db, context)) {
    for (const snapshot of snapshots) {
      const trouble = troubles.get(snapshot.record.userId);
      if (trouble !== undefined) {
        notUnderstood += 1;
        users.push(toUnjudged(snapshot.record, trouble));
        continue;
      }
      const evaluation = evaluate(snapshot, context.rules);
      counts.set(evaluation.verdict, (counts.get(evaluation.verdict) ?? 0) + 1);
      if (snapshot.lookupFailure !== null) failedLookups += 1;
      countUnmapped(prices, evaluation);
      if (!IN_SYNC_VERDICTS.has(evaluation.verdict)) users.push(toUser(evaluation, snapshot.record, context));
    }
    owners += snapshots.length;
    progress(owners);
  }
  const payers = await listPayers(parity);
  const frame = await parity.frame();
  const unchecked = counts.get("not_checked") ?? 0;
  counts.set("not_checked", unchecked + notUnderstood);
  return {
    owners,
    checked: owners - unchecked - notUnderstood,
    account: frame.account,
    mode: frame.mode,
    verdicts: VERDICTS.map((verdict) => ({
      verdict,
      label: VERDICT_CATALOGUE[verdict].label,
      users: counts.get(verdict) ?? 0,
    })),
    money: {
      lockedOut: sumStakes(users, "locked_out"),
      leaking: sumStakes(users, "leaking"),
      unmapped: sumStakes(users, "unmapped"),
      unclaimed: sumPayers(payers),
    },
    users: users.sort(
      (a, b) =>
        SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity] || (b.perMonth ?? 0) - (a.perMonth ?? 0),
    ),
    payers,
    unmappedPrices: [...prices]
      .map(
        ([priceId, { users: found, money }]): UnmappedPrice => ({
          priceId,
          users: found,
          perMonth: listSums(money),
        }),
      )
      .sort((a, b) => b.users - a.users),
    notChecked: [
      ...(notUnderstood > 0
        ? [`${pluralize(notUnderstood, "owner")}: what is recorded of them is not understood.`]
        : []),
      ...(unchecked > 0
        ? [`${pluralize(unchecked, "owner")}: Stripe could not be read completely for them.`]
        : []),
      ...(failedLookups > 0
        ? [`${pluralize(failedLookups, "owner")}: the address could not be looked up in Stripe.`]
        : []),
      ...(frame.warning === null ? [] : [frame.warning]),
      ...frame.refusals.map(describeRefusal),
    ],
  };
}

function toUser(evaluation: Evaluation, record: UserRecord, { rules }: EvaluationContext): AuditedUser {
  const { verdict, severity, primary, unmapped, money, mismatches, expected, since, flags } = evaluation;
  const counting = unmapped ?? primary;
  const { customerId, subscriptionId } = readRecordedIds(record);
  const amount = money ?? (counting?.item ? computeMonthlyAmount(counting.item) : null);
  const currencies = readCurrencies(record, expected);
  return {
    id: record.userId,
    email: record.email === "" ? null : record.email,
    ...{ verdict, severity, flags },
    customerId: counting?.subscription.customerId ?? customerId,
    subscriptionId: counting?.subscription.id ?? subscriptionId,
    perMonth: amount?.perMonth ?? null,
    currency: amount?.currency ?? null,
    moneyKind: money?.kind ?? null,
    since,
    why: explainVerdict(verdict)(evaluation, record),
    differs: mismatches.map((one) => describeMismatch(one, currencies, rules.fields)),
  };
}

/** All owners in the copy, the next batch being loaded while one is evaluated. */
async function* loadBatches(db: Database, context: EvaluationContext) {
  const load = async (after: string | null) => {
    const ids = await userIdsAfter(db, after, BATCH);
    const [snapshots, troubles] = await Promise.all([
      loadSnapshots(db, ids, loadOptions(context, true), context.rules.fields),
      readNotJudged(db, ids),
    ]);
    return { last: ids.at(-1), snapshots, troubles };
  };
  let next = load(null);
  for (;;) {
    const batch = await next;
    if (batch.last === undefined) return;
    next = load(batch.last);
    // It is awaited later, or never when the reader stops.
    next.catch(() => {});
    yield batch;
  }
}

/** An owner with a row that is not understood: anything that the other rows say could be wrong. */
function toUnjudged(record: UserRecord, trouble: string): AuditedUser {
  const { customerId, subscriptionId } = readRecordedIds(record);
  return {
    ...{ id: record.userId, email: record.email === "" ? null : record.email },
    ...{ verdict: "not_checked", severity: VERDICT_CATALOGUE.not_checked.severity, flags: [], differs: [] },
    ...{ customerId, subscriptionId, perMonth: null, currency: null, moneyKind: null, since: null },
    why: `Not judged, because ${trouble}.`,
  };
}

type MoneySums = Map<string, number>;

const addMoney = (sums: MoneySums, { currency, perMonth }: MonthlyMoney) =>
  void sums.set(currency, (sums.get(currency) ?? 0) + perMonth);
const listSums = (sums: MoneySums): MonthlyMoney[] =>
  [...sums].map(([currency, perMonth]) => ({ currency, perMonth })).sort((a, b) => b.perMonth - a.perMonth);

function countUnmapped(
  prices: Map<string, { users: number; money: MoneySums }>,
  { verdict, unmapped }: Evaluation,
): void {
  const item = unmapped?.item;
  if (verdict !== "unmapped_price" || !item) return;
  const known = prices.get(item.priceId) ?? { users: 0, money: new Map() };
  known.users += 1;
  const monthly = computeMonthlyAmount(item);
  if (monthly) addMoney(known.money, monthly);
  prices.set(item.priceId, known);
}

/** By currency, never added across currencies; the largest first. */
function sumStakes(users: readonly AuditedUser[], kind: MoneyKind): Stake[] {
  return toStakes(
    users.flatMap(({ moneyKind, perMonth, currency }) =>
      moneyKind === kind && perMonth !== null && currency !== null ? [{ perMonth, currency }] : [],
    ),
  );
}

const sumPayers = (payers: readonly AuditedPayer[]): Stake[] =>
  toStakes(payers.flatMap(({ perMonth }) => perMonth));

function toStakes(amounts: readonly MonthlyMoney[]): Stake[] {
  const stakes = new Map<string, Stake>();
  for (const { currency, perMonth } of amounts) {
    const known = stakes.get(currency) ?? { currency, perMonth: 0, users: 0 };
    stakes.set(currency, { currency, perMonth: known.perMonth + perMonth, users: known.users + 1 });
  }
  return [...stakes.values()].sort((a, b) => b.perMonth - a.perMonth);
}

async function listPayers(parity: Parity): Promise<AuditedPayer[]> {
  const payers: AuditedPayer[] = [];
  for (let after: string | null = null; ; ) {
    const page = await parity.unclaimedPayers({ limit: PAYERS, after });
    for (const {
      customerId,
      email,
      subscriptionIds,
      perMonth,
      since,
      usersWithAddress,
      usersByReference,
    } of page)
      payers.push({
        ...{ customerId, email, subscriptionIds, perMonth, since },
        mayBe: [...new Set([...usersWithAddress, ...usersByReference])],
      });
    if (page.length < PAYERS) return payers;
    after = page.at(-1)?.customerId ?? null;
  }
}

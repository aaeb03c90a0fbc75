import { findDoublePayment } from "~/billing/double-payment";
import { type MonthlyMoney, sumMonthly } from "~/billing/money";
import type { EpochSeconds } from "~/billing/observation";
import { VERDICT_CATALOGUE, type Verdict } from "~/billing/verdicts/catalogue";
import { AS_STAFF, evaluateUser, findBlockReason, listFlags } from "~/engine/evaluate/evaluate-users.server";
import { loadInContext } from "~/engine/evaluate/load-in-context.server";
import type { Database, Tx } from "~/platform/client.server";
import { listUnclaimedPayers, type UnclaimedPayer } from "../payers/unclaimed-payers.server";
import type { UserQueueId } from "./queue-conditions.server";
import {
  countQueueUsers,
  findOldest,
  listQueueUsers,
  QUEUE_LENGTH,
  type QueueCount,
} from "./queue-users.server";
import { isInQueue } from "./queues";

/** A line of a queue: a user, or a paying Stripe customer that no user is linked to. */
export type InboxCase = {
  /** The user's id, or the customer's (`cus_…`). */
  id: string;
  title: string;
  detail: string;
  /** Null for a customer. */
  verdict: Verdict | null;
  perMonth: MonthlyMoney[];
  since: EpochSeconds | null;
  /** False when the user no longer belongs to the queue: it was found so just now, and the stored status is older. */
  isOpen: boolean;
};

/** The cases of a queue of users as they are now, at most `QUEUE_LENGTH`. */
export async function listUserCases(db: Database, queue: UserQueueId): Promise<InboxCase[]> {
  const { context, snapshots } = await loadInContext(db, await listQueueUsers(db, queue));
  return snapshots.map((snapshot) => {
    const evaluated = evaluateUser(snapshot, context, AS_STAFF);
    const { evaluation, decision } = evaluated;
    const { verdict, money, since, ranked } = evaluation;
    const twice = queue === "paying_twice" ? findDoublePayment(ranked) : null;
    const flags = listFlags(evaluated, findBlockReason(decision));
    const { userId, name, email } = snapshot.record;
    return {
      id: userId,
      title: name ?? email,
      detail: queue === "needs_decision" ? VERDICT_CATALOGUE[verdict].label : name === null ? userId : email,
      verdict,
      perMonth: twice?.extra ?? (money ? [money] : []),
      since: twice?.since ?? since,
      // More than one open subscription is not yet more than one that is paid.
      isOpen: isInQueue(queue, { verdict, flags }) && (queue !== "paying_twice" || twice !== null),
    };
  });
}

/** More are not looked at: so many are a sign of something else. */
const MAX_PAYERS = 500;

/** Payers that no user claims, in the order in which they are worked on. */
export async function listPayers(db: Database | Tx): Promise<InboxCase[]> {
  const payers = await listUnclaimedPayers(db, { limit: MAX_PAYERS });
  const cases = payers.map(({ customerId, email, perMonth, since, ...hints }) => ({
    id: customerId,
    title: email ?? customerId,
    detail: describeHint(hints),
    verdict: null,
    perMonth,
    since,
    isOpen: true,
  }));
  const currencies = new Map<string, number>();
  for (const { perMonth } of cases)
    for (const { currency } of perMonth) currencies.set(currency, (currencies.get(currency) ?? 0) + 1);
  return cases.sort(
    (one, other) =>
      Number(one.perMonth.length === 0) - Number(other.perMonth.length === 0) ||
      rank(other, currencies) - rank(one, currencies) ||
      (other.perMonth[0]?.perMonth ?? 0) - (one.perMonth[0]?.perMonth ?? 0) ||
      one.since - other.since,
  );
}

/** What says whose payer it may be. */
function describeHint(
  hints: Pick<UnclaimedPayer, "usersWithAddress" | "usersByReference" | "namedUserId">,
): string {
  if (hints.usersWithAddress.length > 0) return "A user has the same address";
  if (hints.usersByReference.length > 0) return "A checkout names a user";
  return hints.namedUserId === null ? "Nothing says whose it is" : "Names a user who does not exist";
}

const rank = ({ perMonth }: InboxCase, currencies: ReadonlyMap<string, number>) =>
  currencies.get(perMonth[0]?.currency ?? "") ?? 0;

/** Counts payers that no user claims: `payers` are what `listPayers` gives. */
export const countPayers = (payers: readonly InboxCase[]): QueueCount => countCases(payers, MAX_PAYERS);

/** Counts users who pay more than once: each is looked at, as only that says how many of the subscriptions are paid. */
export async function countPayingTwice(db: Database, tx: Tx): Promise<QueueCount> {
  const { setAside } = await countQueueUsers(tx, "paying_twice");
  const cases = await listUserCases(db, "paying_twice");
  const count = countCases(
    cases.filter(({ isOpen }) => isOpen),
    cases.length < QUEUE_LENGTH ? Number.POSITIVE_INFINITY : 0,
  );
  return { ...count, setAside };
}

const countCases = (cases: readonly InboxCase[], limit: number): QueueCount => ({
  waiting: cases.length,
  atLeast: cases.length >= limit,
  perMonth: sumMonthly(cases.flatMap(({ perMonth }) => perMonth)),
  oldest: findOldest(cases.map(({ since }) => since)),
  setAside: 0,
});

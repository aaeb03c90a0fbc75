import { z } from "zod";
import { formatDay } from "~/billing/dates";
import type { LinkConflict } from "~/billing/links/ownership";
import { computeMonthlyAmount, formatMoney, sumMonthly } from "~/billing/money";
import { isOpen, type ObservedCustomer, type Subscription } from "~/billing/observation";
import type { EvaluatedUser } from "~/engine/evaluate/evaluate-users.server";
import type { Database } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

/** One of what a person can choose for a decision. */
export type Choice = { value: string; label: string };

/** What a decision about a user can be about. */
export type CaseChoices = {
  /** Paying Stripe customers that may be this user's. */
  matches: Choice[];
  /** Customers that several users claim, each as a whole (`cus_…`) and by its contested subscriptions (`cus_…/sub_…`), and the users. */
  contested: Choice[];
  claimants: Choice[];
  /** The price without a plan, by itself and as all prices of its product: `priceId=price_…`. */
  prices: Choice[];
};

/** Collects what can be decided about a user; nearly always nothing. */
export async function loadCaseChoices(
  db: Database,
  { evaluation, snapshot }: EvaluatedUser,
): Promise<CaseChoices> {
  const { possibleMatches, links, unmapped } = evaluation;
  const candidates = [...snapshot.emailCandidates, ...snapshot.references].map(({ customer }) => customer);
  const find = (id: string) => [...candidates, ...snapshot.customers].find((one) => one.id === id);
  const describe = (id: string) => {
    const customer = find(id);
    return { value: id, label: customer ? describeCustomer(customer) : id };
  };
  const userIds = [...new Set(links.conflicts.flatMap((conflict) => conflict.userIds))];
  const item = unmapped?.item;
  return {
    matches: possibleMatches.map(describe),
    contested: links.conflicts.flatMap((conflict) => [
      describe(conflict.customerId),
      ...listContestedParts(conflict, find(conflict.customerId)),
    ]),
    claimants: await loadUserChoices(db, userIds),
    prices: item
      ? [
          { value: `priceId=${item.priceId}`, label: `This price (${item.lookupKey ?? item.priceId})` },
          ...(item.productId
            ? [{ value: `productId=${item.productId}`, label: `All prices of the product ${item.productId}` }]
            : []),
        ]
      : [],
  };
}

const userRow = z.object({ id: z.string(), name: z.string().nullable(), email: z.string().nullable() });

/** Users by name and address, so that a person knows which is meant. */
export async function loadUserChoices(db: Database, userIds: readonly string[]): Promise<Choice[]> {
  if (userIds.length === 0) return [];
  const users = await queryRows(
    db,
    userRow,
    sql`SELECT id, name, email FROM parity."User" WHERE id = ANY(${[...userIds]}) ORDER BY id`,
  );
  return users.map(({ id, name, email }) => ({
    value: id,
    label: name === null ? `${email ?? id}` : `${name} (${email ?? id})`,
  }));
}

/** The contested subscriptions of a customer that pays for several: each can be another user's. */
function listContestedParts(
  { customerId, subscriptionIds }: LinkConflict,
  customer: ObservedCustomer | undefined,
): Choice[] {
  const open = customer?.subscriptions.filter(isOpen) ?? [];
  if (open.length < 2) return [];
  return open
    .filter(({ id }) => subscriptionIds.includes(id))
    .map((one) => ({ value: `${customerId}/${one.id}`, label: `Only ${describeSubscription(one)}` }));
}

/** "$20 a month, since 3 Nov 2026 (sub_…)" */
function describeSubscription({ id, items, startDate }: Subscription): string {
  const money = sumMonthly(items.flatMap((item) => computeMonthlyAmount(item) ?? []));
  const paid = money.map((one) => `${formatMoney(one.perMonth, one.currency)} a month, `).join("");
  return `${paid}since ${formatDay(startDate)} (${id})`;
}

/** "jane@example.com, $20 a month since 3 Nov 2026 (cus_…)" */
function describeCustomer({ id, email, name, subscriptions }: ObservedCustomer): string {
  const open = subscriptions.filter(isOpen);
  const money = sumMonthly(
    open.flatMap(({ items }) => items.flatMap((item) => computeMonthlyAmount(item) ?? [])),
  );
  const [since] = open.map(({ startDate }) => startDate).sort((one, other) => one - other);
  const paid = money.map((one) => formatMoney(one.perMonth, one.currency)).join(" + ");
  const details = [
    ...(name === null ? [] : [name]),
    ...(email === null ? [] : [email]),
    ...(paid === "" ? [] : [`${paid} a month`]),
  ].join(", ");
  return `${details === "" ? id : `${details} (${id})`}${since === undefined ? "" : `, since ${formatDay(since)}`}`;
}

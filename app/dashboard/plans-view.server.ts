import { z } from "zod";
import {
  addMonthly,
  computeMonthlyAmount,
  formatPrice,
  type MonthlyMoney,
  toPriceView,
} from "~/billing/money";
import { findMapping, type Plan } from "~/billing/plans";
import type { Actor } from "~/engine/account/actor";
import { loadCatalogue } from "~/engine/account/catalogue.server";
import {
  listMappings,
  type MappedTo,
  type MappingRow,
  type PriceName,
  saveMapping,
  savePlan,
  selectCustomersOfPrices,
} from "~/engine/account/price-mappings.server";
import { enqueueUsersOfCustomers } from "~/engine/observe/recheck-queue.server";
import { storedItem } from "~/engine/observe/stored-items";
import type { Database, Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

/** A price in open subscriptions that is mapped to no plan and not ignored. */
export type UnmappedPrice = {
  priceId: string;
  productId: string | null;
  lookupKey: string | null;
  /** One unit in words: `$3/month`, `usage-based price`. */
  price: string;
  subscriptions: number;
  /** What all of them pay, by currency; empty where no amount is known beforehand. */
  perMonth: MonthlyMoney[];
};

/** The plans, what is mapped to them or ignored, and the prices that await a decision. */
export type PlansView = { plans: Plan[]; mappings: MappingRow[]; unmapped: UnmappedPrice[] };

/** Who decides, and why. Only an admin may; the caller has checked the role. */
export type PlanDecision = { actor: Actor; reason: string | null };

export type MappingOutcome =
  | { ok: true; before: MappedTo; changed: boolean; customers: number }
  | { ok: false; reason: "unknown_plan" };

/** Plans and prices, as the business decides about them; each change is audited with who made it and why. */
export function createPlans({ db }: { db: Database }) {
  const audit = ({ actor, reason }: PlanDecision) => ({ actor: `${actor.kind}:${actor.id ?? ""}`, reason });
  return {
    list: () => loadPlansView(db),
    /**
     * Maps a price to a plan (its id), ignores it (null) or unmaps it (undefined). Its users are enqueued:
     * the next run evaluates them.
     */
    async map(name: PriceName, to: MappedTo, decision: PlanDecision): Promise<MappingOutcome> {
      let customers = 0;
      const saved = await saveMapping(db, { name, to, ...audit(decision) }, async (tx, names) => {
        customers = await enqueueUsersOfPrices(tx, names);
      });
      return saved.ok ? { ...saved, customers } : saved;
    },
    /** Creates a plan, or changes its name and seats. False when nothing differed. */
    set: (plan: Plan, decision: PlanDecision) => savePlan(db, plan, audit(decision)),
  };
}

const idRow = z.object({ id: z.string() });

/** Returns how many customers have one of the prices. */
async function enqueueUsersOfPrices(tx: Tx, names: readonly PriceName[]): Promise<number> {
  const customers = await queryRows(tx, idRow, selectCustomersOfPrices(names));
  await enqueueUsersOfCustomers(
    tx,
    customers.map(({ id }) => id),
  );
  return customers.length;
}

async function loadPlansView(db: Database): Promise<PlansView> {
  const [plans, mappings, unmapped] = await Promise.all([
    db.plan.findMany({
      orderBy: [{ seats: "asc" }, { id: "asc" }],
      select: { id: true, name: true, seats: true },
    }),
    listMappings(db),
    listUnmapped(db),
  ]);
  return { plans, mappings, unmapped };
}

const groupRow = z.object({ item: storedItem, subscriptions: z.number() });

/** As in the partial indexes. */
const IS_OPEN = sql`NOT s.gone AND s.status NOT IN ('canceled', 'incomplete', 'incomplete_expired')`;
const FIRST_PRICE = sql`((s.items -> 0) ->> 'priceId')`;

/**
 * SQL: the items of subscriptions that may have a price without a mapping. The prices are read one by one from their index, and only
 * the subscriptions of those that are not mapped by themselves or by their product are looked at; and all with several items, which are
 * few. Most have one item: to take it is cheaper than to expand a list.
 */
const selectMaybeUnmapped = sql`
  WITH RECURSIVE sold(price) AS (
    SELECT min(${FIRST_PRICE}) FROM parity."StripeSubscription" s WHERE ${IS_OPEN}
    UNION ALL
    SELECT (SELECT min(${FIRST_PRICE}) FROM parity."StripeSubscription" s WHERE ${IS_OPEN} AND ${FIRST_PRICE} > sold.price)
    FROM sold WHERE sold.price IS NOT NULL
  ), wanted AS MATERIALIZED (
    SELECT price FROM sold WHERE price IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM parity."PlanPrice" mapped WHERE mapped."priceId" = sold.price)
      AND NOT EXISTS (SELECT 1 FROM parity."PlanPrice" mapped WHERE mapped."productId" = (
        SELECT (s.items -> 0) ->> 'productId' FROM parity."StripeSubscription" s WHERE ${IS_OPEN} AND ${FIRST_PRICE} = sold.price LIMIT 1))
  )
  SELECT s.items -> 0 AS item FROM parity."StripeSubscription" s
  WHERE ${IS_OPEN} AND (s.items -> 1) IS NULL AND ${FIRST_PRICE} = ANY(ARRAY(SELECT price FROM wanted))
  UNION ALL
  SELECT listed.item FROM parity."StripeSubscription" s, jsonb_array_elements(s.items) listed(item)
  WHERE ${IS_OPEN} AND (s.items -> 1) IS NOT NULL`;

/** Items that are equal but for their ids and periods are counted in the database: a million subscriptions have few prices. */
async function listUnmapped(db: Database): Promise<UnmappedPrice[]> {
  const [catalogue, groups] = await Promise.all([
    loadCatalogue(db),
    queryRows(
      db,
      groupRow,
      sql`SELECT item || '{"id": "", "periodStart": null, "periodEnd": null}' AS item, count(*)::int AS subscriptions
      FROM (
        SELECT item - '{id,periodStart,periodEnd}'::text[] AS item FROM (${selectMaybeUnmapped}) open
      ) one GROUP BY item`,
    ),
  ]);
  const found = new Map<string, UnmappedPrice>();
  for (const { item, subscriptions } of groups) {
    if (item.quantity === 0 || findMapping(catalogue, item) !== undefined) continue;
    const { priceId, productId = null, lookupKey } = item;
    const known = found.get(priceId) ?? {
      ...{ priceId, productId, lookupKey, subscriptions: 0, perMonth: [] },
      price: formatPrice(toPriceView(item)),
    };
    const monthly = computeMonthlyAmount(item);
    found.set(priceId, {
      ...known,
      subscriptions: known.subscriptions + subscriptions,
      perMonth: monthly ? addMonthly(known.perMonth, monthly, subscriptions) : known.perMonth,
    });
  }
  return [...found.values()].sort(
    (a, b) => b.subscriptions - a.subscriptions || (a.priceId < b.priceId ? -1 : 1),
  );
}

import { z } from "zod";
import { listSpellings } from "~/billing/email";
import { computeMonthlyAmount, type MonthlyMoney, sumMonthly } from "~/billing/money";
import type { EpochSeconds } from "~/billing/observation";
import {
  isIgnored,
  isInNoRecord,
  LINK_SOURCES,
  selectOwners,
  selectUsersWithAddress,
} from "~/engine/account/customer-owners.server";
import { mayItemsHaveSeats } from "~/engine/account/price-mappings.server";
import { storedItems } from "~/engine/observe/stored-items";
import type { Database, Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";

/** A customer that pays in Stripe for what may have seats, and that no user of the application is linked to. */
export type UnclaimedPayer = {
  customerId: string;
  email: string | null;
  subscriptionIds: string[];
  /** By currency, before discounts; amounts that are not known beforehand are left out. */
  perMonth: MonthlyMoney[];
  since: EpochSeconds;
  /** The id in the metadata of the customer, of a subscription or of a checkout session; no user has it. */
  namedUserId: string | null;
  /** Users with the same address. */
  usersWithAddress: string[];
  /** Users that a checkout session names by a bare reference. */
  usersByReference: string[];
  /** Users that staff decided it is not. */
  rejectedUsers: string[];
};

const payerRow = z.object({
  customerId: z.string(),
  email: z.string().nullable(),
  namedUserId: z.string().nullable(),
  subscriptionIds: z.array(z.string()),
  items: z.array(storedItems),
  since: z.number(),
  usersWithAddress: z.array(z.string()),
  usersByReference: z.array(z.string()),
  rejectedUsers: z.array(z.string()),
});

/** Statuses of a subscription that is being paid; written out as in the partial index, so that PostgreSQL can use it. */
const PAYING = sql`('active', 'trialing', 'past_due')`;

export type UnclaimedQuery = { limit: number; after?: string | null; search?: string | null };

/**
 * Paying customers that no user is linked to, in the order of their ids, after `after`. `search`: only the one with this
 * `cus_…`, `sub_…`, or email address (with an @), whatever its capitals.
 */
export async function listUnclaimedPayers(
  db: Database | Tx,
  { limit, after = null, search = null }: UnclaimedQuery,
): Promise<UnclaimedPayer[]> {
  const id = sql`c.id`;
  const rows = await queryRows(
    db,
    payerRow,
    sql`
    WITH ${search === null ? sql`${PAYING_CUSTOMERS},` : sql``}
    -- Row by row in the order of their ids, so that no more are looked at closely than are wanted.
    chosen AS MATERIALIZED (
      SELECT c.id FROM ${search === null ? sql`paying JOIN parity."StripeCustomer" c USING (id)` : sql`parity."StripeCustomer" c`}
      WHERE (${after}::text IS NULL OR c.id > ${after}) AND ${isNamed(search)} AND ${isUnclaimed(id)}
      ORDER BY ${search === null ? sql`paying.id` : id} LIMIT ${limit}::int)
    SELECT c.id AS "customerId", c.email, coalesce(c."metadataUserId", min(s."metadataUserId"),
        (SELECT min(l."userId") FROM parity."Link" l WHERE l."customerId" = c.id AND l.source = ANY(${LINK_SOURCES})))
        AS "namedUserId",
      array_agg(s.id ORDER BY s.id) AS "subscriptionIds", jsonb_agg(s.items ORDER BY s.id) AS items,
      floor(date_part('epoch', min(s."startDate"))) AS since,
      ARRAY(SELECT DISTINCT "userId" FROM (${selectUsersWithAddress(id)}) u ORDER BY 1) AS "usersWithAddress",
      ARRAY(SELECT DISTINCT l."userId" FROM parity."Link" l WHERE l."customerId" = c.id AND l.source = 'reference'
          AND EXISTS (SELECT 1 FROM parity."User" u WHERE u.id = l."userId") ORDER BY 1)
        AS "usersByReference",
      ARRAY(SELECT DISTINCT l."userId" FROM parity."Link" l WHERE l."customerId" = c.id AND l.source = 'rejected' ORDER BY 1)
        AS "rejectedUsers"
    FROM chosen JOIN parity."StripeCustomer" c USING (id) JOIN parity."StripeSubscription" s ON s."customerId" = c.id
    WHERE NOT s.gone AND s.status IN ${PAYING}
      AND ${mayItemsHaveSeats(sql`s.items`)}
    GROUP BY c.id ORDER BY c.id`,
  );
  return rows.map(({ items, ...payer }) => ({
    ...payer,
    perMonth: sumMonthly(items.flat().flatMap((item) => computeMonthlyAmount(item) ?? [])),
  }));
}

/**
 * SQL: `paying`, the paying customers that may be in no record, in the order of their ids. It drops nearly all of a million by
 * reading two indexes, and only what remains is looked at closely. A customer that staff rejected for some user may be in none,
 * although a record names it.
 */
export const PAYING_CUSTOMERS = sql`paying AS MATERIALIZED (
  SELECT DISTINCT p."customerId" AS id FROM parity."StripeSubscription" p
  WHERE NOT p.gone AND p.status IN ${PAYING}
    AND NOT EXISTS (SELECT 1 FROM parity."User" named WHERE named."stripeCustomerId" = p."customerId")
  UNION SELECT rejected."customerId" FROM parity."Link" rejected WHERE rejected.source = 'rejected'
  ORDER BY 1)`;

/** SQL: the customer `c`, whose id is `id`, pays for what may have seats, and no user is linked to it. */
export const isUnclaimed = (
  id: Sql,
): Sql => sql`(c.state = 'present' AND NOT ${isIgnored(id)} AND ${isInNoRecord(id)}
  AND EXISTS (SELECT 1 FROM parity."StripeSubscription" bought WHERE bought."customerId" = ${id} AND NOT bought.gone
    AND bought.status IN ${PAYING} AND ${mayItemsHaveSeats(sql`bought.items`)})
  AND NOT EXISTS (${selectOwners(id)}))`;

/** SQL: the customer `c` is the one that is searched for. One condition for each kind of search, so that an index finds it. */
function isNamed(search: string | null): Sql {
  if (search === null) return sql`true`;
  if (search.startsWith("sub_"))
    return sql`c.id = (SELECT "customerId" FROM parity."StripeSubscription" WHERE id = ${search})`;
  if (search.includes("@")) return sql`c."emailFolded" = ANY(${listSpellings(search)})`;
  return sql`c.id = ${search}`;
}

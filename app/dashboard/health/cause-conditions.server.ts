import { selectOwners } from "~/engine/account/customer-owners.server";
import { join, type Sql, sql } from "~/platform/sql.server";
import type { Cause } from "./causes";

/** SQL on `c` (Change): a repair, not the undo of one. */
export const IS_REPAIR = sql`NOT EXISTS (SELECT 1 FROM parity."Run" undone WHERE undone.id = c."runId" AND undone.mode = 'undo')`;

/** SQL on `s` (SyncStatus): a mismatch that waits, for a run or a person. Staff have not set it aside. */
export const IS_OPEN = sql`(s."verdict" NOT IN ('in_sync', 'no_subscription', 'not_checked') AND NOT (s."flags" && ARRAY['on_hold', 'acknowledged']))`;

const IS_RECENT = sql`c."createdAt" > now() - interval '30 days'`;

/** SQL: on the day (UTC) of a time, a webhook of this account was taken in. */
const hasDelivery = (at: Sql): Sql => sql`EXISTS (SELECT 1 FROM parity."WebhookDelivery" arrived
  WHERE arrived.day = (${at} AT TIME ZONE 'UTC')::date AND arrived.outcome IN ('stored', 'known'))`;

/** SQL: webhooks of this account were taken in on an earlier day (UTC): from then on they should bring every event. */
const hasEarlierDelivery = (at: Sql): Sql => sql`EXISTS (SELECT 1 FROM parity."WebhookDelivery" arrived
  WHERE arrived.day < (${at} AT TIME ZONE 'UTC')::date AND arrived.outcome IN ('stored', 'known'))`;

/** SQL: the users that differed in the last 30 days, repaired since or not. */
const DRIFTED = sql`SELECT c."userId" FROM parity."Change" c WHERE ${IS_RECENT} AND ${IS_REPAIR}
  UNION SELECT s."userId" FROM parity."SyncStatus" s WHERE ${IS_OPEN}`;

/** An array, because PostgreSQL then collects these users once and finds each by its key. */
const isAmong = (users: Sql): Sql => sql`s."userId" = ANY(ARRAY(${users}))`;

/** The second condition changes nothing in the result: with it PostgreSQL can use the partial index on flags. */
const hasFlag = (flag: string): Sql => sql`(s.flags @> ARRAY[${flag}]::text[] AND s.flags <> '{}')`;

/** SQL on `c` (Change): a repair that a webhook should have made, on a day on which none came. */
const IS_UNEXPECTED = sql`${IS_RECENT} AND ${IS_REPAIR} AND c."actorKind" NOT IN ('webhook', 'checkout') AND c.reason IS NULL
  AND NOT ${hasDelivery(sql`c."createdAt"`)}`;

/** SQL: `last`, the change before `c` of the same user. */
const LAST_BEFORE = sql`CROSS JOIN LATERAL (SELECT earlier.after FROM parity."Change" earlier
  WHERE earlier."userId" = c."userId" AND earlier.id < c.id ORDER BY earlier.id DESC LIMIT 1) last`;

/** SQL on `c` and `last`: the record went from what Parity wrote to something else, and back. */
const IS_BACK = sql`${IS_RECENT} AND ${IS_REPAIR} AND last.after = c.after AND last.after <> c.before`;

/** SQL: what `payer` (User) pays, where nothing in Stripe names a user. */
const SOLD_WITHOUT_METADATA = sql`
  JOIN parity."StripeCustomer" bought ON bought.id = payer."stripeCustomerId" AND bought."metadataUserId" IS NULL
  JOIN parity."StripeSubscription" sold ON sold."customerId" = bought.id AND sold."metadataUserId" IS NULL
    AND NOT sold.gone AND sold.status IN ('active', 'trialing', 'past_due')`;

/** SQL on `s` (SyncStatus), for each cause. */
const CONDITIONS: Record<Cause, Sql> = {
  no_webhook: isAmong(sql`SELECT c."userId" FROM parity."Change" c WHERE ${IS_UNEXPECTED}`),
  undelivered: isAmong(sql`SELECT owner."userId" FROM (
      SELECT DISTINCT e."customerId" AS id FROM parity."StripeEvent" e
      WHERE e.polled AND e.created > now() - interval '30 days' AND e."customerId" IS NOT NULL AND ${hasEarlierDelivery(sql`e.created`)}
    ) missed CROSS JOIN LATERAL (${selectOwners(sql`missed.id`)}) owner`),
  no_metadata: isAmong(sql`SELECT drifted."userId" FROM (${DRIFTED}) drifted
    JOIN parity."User" payer ON payer.id = drifted."userId" ${SOLD_WITHOUT_METADATA}`),
  unverified_email: sql`(${hasFlag("possible_match")} AND EXISTS (SELECT 1 FROM parity."User" unproven
    WHERE unproven.id = s."userId" AND NOT unproven."emailVerified"))`,
  second_customer: hasFlag("duplicate_customers"),
  unmapped_price: sql`s.verdict = 'unmapped_price'`,
  changed_by_hand: isAmong(sql`SELECT c."userId" FROM parity."Change" c ${LAST_BEFORE} WHERE ${IS_BACK}`),
};

/**
 * The same asked of one status after another, where an index is scanned for the first that match: there an array would be searched from
 * its beginning for each. IS TRUE keeps PostgreSQL from collecting all users first.
 */
const ONE_BY_ONE: Partial<Record<Cause, Sql>> = {
  no_webhook: sql`(EXISTS (SELECT 1 FROM parity."Change" c WHERE c."userId" = s."userId" AND ${IS_UNEXPECTED}) IS TRUE)`,
  no_metadata: sql`((${IS_OPEN} OR EXISTS (SELECT 1 FROM parity."Change" c WHERE c."userId" = s."userId" AND ${IS_RECENT} AND ${IS_REPAIR}))
    AND EXISTS (SELECT 1 FROM parity."User" payer ${SOLD_WITHOUT_METADATA} WHERE payer.id = s."userId")) IS TRUE`,
  changed_by_hand: sql`(EXISTS (SELECT 1 FROM parity."Change" c ${LAST_BEFORE} WHERE c."userId" = s."userId" AND ${IS_BACK}) IS TRUE)`,
};

const joinCauses = (causes: readonly Cause[], findCondition: (cause: Cause) => Sql): Sql =>
  sql`(${join(causes.map(findCondition), " OR ")})`;

/** SQL on `s` (SyncStatus): at least one of these causes. */
export const hasCause = (causes: readonly Cause[]): Sql => joinCauses(causes, (cause) => CONDITIONS[cause]);

/** The same for each entry of an index that is scanned. */
export const hasCauseOneByOne = (causes: readonly Cause[]): Sql =>
  joinCauses(causes, (cause) => ONE_BY_ONE[cause] ?? CONDITIONS[cause]);

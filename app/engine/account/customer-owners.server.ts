import { type Sql, sql } from "~/platform/sql.server";

/** SQL: a text as the application recorded it, without blanks around it (`trimBlanks`). */
export const trimBlanks = (text: Sql): Sql => sql`btrim(${text}, E' \\t\\n\\r\\f\\v')`;

/** SQL: a Stripe id as the application recorded it, trimmed; NULL when it is empty or blank (`readStripeId`). */
export const trimId = (id: Sql): Sql => sql`nullif(${trimBlanks(id)}, '')`;

/**
 * SQL condition: Stripe could have made this id (`isStripeId`). The length is asked for by itself, because a bound such as
 * `{1,255}` makes PostgreSQL's regular expressions a hundred times slower.
 */
export const isPossibleId = (id: Sql): Sql => sql`(${id} ~ '^[A-Za-z0-9_]+$' AND length(${id}) <= 255)`;

/** SQL: the address of a user's record, as it is compared (`foldRecordedEmail`). */
export const foldRecordedEmail = (email: Sql): Sql => sql`lower(${trimBlanks(email)} COLLATE "C")`;

/**
 * SQL: users whose record names this id, or this folded address, with blanks around it, as rows `("userId")`. No index of the
 * application's finds them, so their last evaluation has written them down (`listPaddedIds`).
 */
const selectPadded = (id: Sql): Sql => sql`SELECT padded_user.id AS "userId" FROM parity."PaddedId" padded
  CROSS JOIN LATERAL parity.users_by_id(ARRAY[padded."userId"]) padded_user WHERE padded.id = ${id}`;

/** What a row of `Link` says: `link` gives the customer to the user, `possible` is for staff to confirm, `rejected` is none. */
export const STORED_LINKS = {
  session: "link",
  confirmed: "link",
  email: "link",
  reference: "possible",
  rejected: "rejected",
} as const satisfies Record<string, "link" | "possible" | "rejected">;
export type StoredLinkSource = keyof typeof STORED_LINKS;

/** The sources of stored links that give a customer to a user. */
export const LINK_SOURCES = Object.entries(STORED_LINKS).flatMap(([source, says]) =>
  says === "link" ? [source] : [],
);

/**
 * SQL: the ids of the users that own a Stripe customer by a strong link, as rows `("userId")`, with repetitions. The one
 * answer to "whose customer is this": the record's customer, the record's subscription, `metadata.userId` of the customer
 * or of a listed subscription, and stored links; none of them where staff rejected it (`isRejected`). `customerId`: an
 * expression, also a column of an outer query, as in `NOT EXISTS (…)` or `CROSS JOIN LATERAL (…)`; the long aliases keep it
 * from meaning a table in here. (load-links.server.ts resolves the same links with their sources for thousands of users in one
 * statement; a test compares the two on random data.)
 */
export const selectOwners = (customerId: Sql): Sql => sql`
  SELECT owner_claim."userId" FROM (
    SELECT owner_user.id AS "userId", '' AS "subscriptionId", false AS "isConfirmed"
      FROM parity."User" owner_user WHERE owner_user."stripeCustomerId" = ${customerId}
    UNION ALL SELECT owner_user.id, owner_subscription.id, false FROM parity."StripeSubscription" owner_subscription
      CROSS JOIN LATERAL parity.users_by_subscription(ARRAY[owner_subscription.id]) owner_billing
      CROSS JOIN LATERAL parity.users_by_id(ARRAY[owner_billing."userId"]) owner_user
      WHERE owner_subscription."customerId" = ${customerId}
    UNION ALL SELECT padded_owner."userId", '', false FROM (${selectPadded(customerId)}) padded_owner
    UNION ALL SELECT padded_owner."userId", owner_subscription.id, false FROM parity."StripeSubscription" owner_subscription
      CROSS JOIN LATERAL (${selectPadded(sql`owner_subscription.id`)}) padded_owner
      WHERE owner_subscription."customerId" = ${customerId}
    UNION ALL SELECT owner_user.id, '', false FROM parity."StripeCustomer" owner_customer
      CROSS JOIN LATERAL parity.users_by_id(ARRAY[owner_customer."metadataUserId"]) owner_user WHERE owner_customer.id = ${customerId}
    UNION ALL SELECT owner_user.id, owner_subscription.id, false FROM parity."StripeSubscription" owner_subscription
      CROSS JOIN LATERAL parity.users_by_id(ARRAY[owner_subscription."metadataUserId"]) owner_user
      WHERE owner_subscription."customerId" = ${customerId} AND NOT owner_subscription.gone
    UNION ALL SELECT owner_user.id, owner_link."subscriptionId", owner_link.source = 'confirmed'
      FROM parity."Link" owner_link CROSS JOIN LATERAL parity.users_by_id(ARRAY[owner_link."userId"]) owner_user
      WHERE owner_link."customerId" = ${customerId} AND owner_link.source = ANY(${LINK_SOURCES})
  ) owner_claim
  WHERE NOT EXISTS (SELECT 1 FROM parity."Link" owner_rejected
    WHERE owner_rejected."customerId" = ${customerId} AND owner_rejected."userId" = owner_claim."userId"
      AND owner_rejected.source = 'rejected'
      AND CASE WHEN owner_rejected."subscriptionId" = ''
        THEN NOT (owner_claim."isConfirmed" AND owner_claim."subscriptionId" <> '')
        ELSE owner_rejected."subscriptionId" = owner_claim."subscriptionId" END)`;

/** SQL condition: no record gives this customer to a user, but where staff rejected it. Cheap for all customers at once. */
export const isInNoRecord = (customerId: Sql): Sql => sql`NOT EXISTS (SELECT 1 FROM parity."User" named_user
  LEFT JOIN parity."Link" named_rejected ON named_rejected."userId" = named_user.id AND named_rejected."subscriptionId" = ''
    AND named_rejected."customerId" = named_user."stripeCustomerId" AND named_rejected.source = 'rejected'
  WHERE named_user."stripeCustomerId" = ${customerId} AND named_rejected."userId" IS NULL)`;

/** SQL condition: staff decided that this customer is no user's. A strong link counts all the same. */
export const isIgnored = (customerId: Sql): Sql =>
  sql`EXISTS (SELECT 1 FROM parity."IgnoredCustomer" ignored WHERE ignored."customerId" = ${customerId})`;

/** SQL: the users whose e-mail address a customer has, ASCII-folded, as rows `("userId")`. Not a link by itself. */
export const selectUsersWithAddress = (customerId: Sql): Sql => sql`
  SELECT owner_user.id AS "userId" FROM parity."StripeCustomer" owner_customer
    JOIN parity."User" owner_user ON lower(owner_user.email COLLATE "C") = owner_customer."emailFolded"
  WHERE owner_customer.id = ${customerId}
  UNION ALL SELECT padded_owner."userId" FROM parity."StripeCustomer" owner_customer
    CROSS JOIN LATERAL (${selectPadded(sql`owner_customer."emailFolded"`)}) padded_owner WHERE owner_customer.id = ${customerId}`;

/** SQL: the customers that a whole `cus_…` or `sub_…` names, as rows `(id)`; also ones that were never observed. */
const selectCustomersNamed = (id: string): Sql =>
  id.startsWith("sub_")
    ? sql`SELECT "customerId" AS id FROM parity."StripeSubscription" WHERE id = ${id}`
    : sql`SELECT ${id}::text AS id`;

/**
 * SQL: the users that a `cus_…` or `sub_…` leads to, as rows `("userId")`: the owners of its customer, and the users whose
 * record names it, although Stripe never listed it or staff rejected it.
 */
export const selectUsersNamed = (id: string): Sql => sql`
  SELECT owner."userId" FROM (${selectCustomersNamed(id)}) named CROSS JOIN LATERAL (${selectOwners(sql`named.id`)}) owner
  UNION SELECT "userId" FROM parity.users_by_subscription(ARRAY[${id}])
  UNION SELECT id FROM parity."User" WHERE "stripeCustomerId" = ${id}
  UNION ${selectPadded(sql`${id}`)}`;

import { z } from "zod";
import { findBesideVersions, saveBesideVersions } from "~/engine/account/cursors.server";
import { foldRecordedEmail, trimId } from "~/engine/account/customer-owners.server";
import type { Tx } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { nextVersion } from "~/platform/versions.server";
import { notePaddedIds } from "./note-padded-ids.server";

/** The claims of so many users are looked up; of more, all claims are compared. */
const MOST_CHANGED = 20_000;

/**
 * Enqueues the users for whose evaluation another user's record counts, now or when it was last made: it may have changed,
 * or be gone, without anything of their own that did. A placeholder that Stripe does not have is no one's. Looked up are the
 * customers of users who are in the queue or were evaluated since the last two times, with the claims of all users on them.
 * `gone`: whose rows a deleted user left. To be called when the users whose record has changed are in the queue.
 */
export async function enqueueUsersBesideOthers(tx: Tx, { gone }: { gone: readonly string[] }): Promise<void> {
  const [since, version] = [await findBesideVersions(tx), await nextVersion(tx)];
  const changed = since === null ? null : await selectChanged(tx, since.beforeLast, gone);
  // Noted first, because the look-up goes by it.
  await notePaddedIds(tx, changed);
  await enqueueContested(
    tx,
    changed
      ? claimsBeside(changed)
      : sql`${allClaims}, claim AS (
    SELECT * FROM every_claim WHERE "customerId" NOT IN (SELECT id FROM parity."StripeCustomer" WHERE state = 'missing'))`,
  );
  await saveBesideVersions(tx, { beforeLast: since?.last ?? version, last: version });
}

const countRow = z.object({ users: z.number() });

/** SQL: the users whose record, or what is said of them, may have changed since a version, as rows `(id)`. Null: too many. */
async function selectChanged(tx: Tx, since: number, gone: readonly string[]): Promise<Sql | null> {
  if (gone.length > MOST_CHANGED) return null;
  const changed = sql`SELECT "userId" AS id FROM parity."RecheckQueue"
    UNION SELECT "userId" FROM parity."SyncStatus" WHERE "evaluatedVersion" > ${since}::bigint
    UNION SELECT unnest(${[...gone]}::text[])`;
  const count = sql`SELECT count(*)::int AS users FROM (SELECT 1 FROM (
      SELECT "userId" FROM parity."RecheckQueue"
      UNION ALL SELECT "userId" FROM parity."SyncStatus" WHERE "evaluatedVersion" > ${since}::bigint) changed
    LIMIT ${MOST_CHANGED + 1}::int) counted`;
  const { users } = await queryOneOrThrow(tx, countRow, count);
  return users > MOST_CHANGED ? null : changed;
}

/** `claims`: steps of a statement, the last of them `claim`. */
async function enqueueContested(tx: Tx, claims: Sql): Promise<void> {
  await tx.$executeRaw`
    WITH ${claims}, contested AS (SELECT "customerId" FROM claim
        GROUP BY 1 HAVING min("userId" COLLATE "C") <> max("userId" COLLATE "C"))
    INSERT INTO parity."RecheckQueue" ("userId")
    SELECT status."userId" FROM parity."SyncStatus" status WHERE status."userId" IN (
        SELECT claim."userId" FROM claim JOIN contested USING ("customerId")
        UNION ALL SELECT "userId" FROM parity."SyncStatus" WHERE entangled)
      AND EXISTS (SELECT 1 FROM parity."User" u WHERE u.id = status."userId")
    ORDER BY 1 ON CONFLICT DO NOTHING`;
}

/** SQL: the claims of all users on customers that one of these users, given as rows `(id)`, claims. */
const claimsBeside = (users: Sql): Sql => sql`
  changed AS MATERIALIZED (${users}),
  changed_user AS MATERIALIZED (SELECT id, ${trimId(sql`"stripeCustomerId"`)} AS "customerId", ${foldRecordedEmail(sql`email`)} AS folded
    FROM parity.users_by_id(ARRAY(SELECT id FROM changed))),
  changed_row AS MATERIALIZED (SELECT "userId", ${trimId(sql`"stripeSubscriptionId"`)} AS "subscriptionId"
    FROM parity.billing_by_user(ARRAY(SELECT id FROM changed))),
  own_claim AS MATERIALIZED (
    SELECT id AS "userId", "customerId" FROM changed_user WHERE "customerId" IS NOT NULL
    UNION SELECT b."userId", s."customerId" FROM parity."StripeSubscription" s JOIN changed_row b ON b."subscriptionId" = s.id
      WHERE s.id = ANY(ARRAY(SELECT "subscriptionId" FROM changed_row))
    UNION SELECT "metadataUserId", id FROM parity."StripeCustomer" WHERE "metadataUserId" = ANY(ARRAY(SELECT id FROM changed_user))
    UNION SELECT "metadataUserId", "customerId" FROM parity."StripeSubscription"
      WHERE "metadataUserId" = ANY(ARRAY(SELECT id FROM changed_user))
    UNION SELECT "userId", "customerId" FROM parity."Link" WHERE "userId" = ANY(ARRAY(SELECT id FROM changed))
    UNION SELECT u.id, c.id FROM parity."StripeCustomer" c JOIN changed_user u ON u.folded = c."emailFolded" COLLATE "C"
      WHERE c."emailFolded" = ANY(ARRAY(SELECT folded COLLATE "default" FROM changed_user))),
  customer AS MATERIALIZED (SELECT claimed.id, c."metadataUserId", c."emailFolded"
    FROM (SELECT DISTINCT "customerId" AS id FROM own_claim) claimed LEFT JOIN LATERAL (SELECT * FROM parity."StripeCustomer" c
      WHERE c.id = claimed.id) c ON true
    WHERE c.state IS DISTINCT FROM 'missing'),
  subscription AS MATERIALIZED (SELECT id, "customerId", "metadataUserId" FROM parity."StripeSubscription"
    WHERE "customerId" = ANY(ARRAY(SELECT id FROM customer))),
  claim AS MATERIALIZED (
    SELECT "userId", "customerId" FROM own_claim WHERE "customerId" IN (SELECT id FROM customer)
    UNION SELECT id, "stripeCustomerId" FROM parity."User" WHERE "stripeCustomerId" = ANY(ARRAY(SELECT id FROM customer))
    UNION SELECT b."userId", s."customerId" FROM parity.users_by_subscription(ARRAY(SELECT id FROM subscription)) b
      JOIN subscription s ON s.id = b."stripeSubscriptionId"
    UNION SELECT u.id, named.customer FROM (
        SELECT "metadataUserId" AS "userId", id AS customer FROM customer UNION ALL SELECT "metadataUserId", "customerId" FROM subscription) named
      JOIN LATERAL parity.users_by_id(ARRAY[named."userId"]) u ON true WHERE named."userId" IS NOT NULL
    UNION SELECT "userId", "customerId" FROM parity."Link" WHERE "customerId" = ANY(ARRAY(SELECT id FROM customer))
    UNION SELECT u.id, c.id FROM parity."User" u JOIN customer c ON c."emailFolded" COLLATE "C" = lower(u.email COLLATE "C")
      WHERE lower(u.email COLLATE "C") = ANY(ARRAY(SELECT "emailFolded" COLLATE "C" FROM customer))
    UNION SELECT p."userId", named.customer FROM (
        SELECT id, id AS customer FROM customer UNION ALL SELECT "emailFolded", id FROM customer
        UNION ALL SELECT id, "customerId" FROM subscription) named JOIN parity."PaddedId" p ON p.id = named.id)`;

/** SQL: `every_claim`, who says of which customer that it is a user's, or may be. */
export const allClaims: Sql = sql`subscription AS (SELECT id, "customerId", "metadataUserId" FROM parity."StripeSubscription"),
  every_claim AS (
    SELECT id AS "userId", ${trimId(sql`"stripeCustomerId"`)} AS "customerId", false AS "isAddress" FROM parity."User"
      WHERE "stripeCustomerId" IS NOT NULL
    UNION ALL SELECT b."userId", s."customerId", false FROM parity."BillingSubscription" b
      JOIN subscription s ON s.id = ${trimId(sql`b."stripeSubscriptionId"`)}
    UNION ALL SELECT c."metadataUserId", c.id, false FROM parity."StripeCustomer" c
      WHERE c."metadataUserId" IN (SELECT id FROM parity."User")
    UNION ALL SELECT s."metadataUserId", s."customerId", false FROM subscription s
      WHERE s."metadataUserId" IN (SELECT id FROM parity."User")
    UNION ALL SELECT "userId", "customerId", source IN ('reference', 'rejected') FROM parity."Link"
    UNION ALL SELECT u.id, c.id, true FROM parity."User" u
      JOIN parity."StripeCustomer" c ON c."emailFolded" = ${foldRecordedEmail(sql`u.email`)})`;

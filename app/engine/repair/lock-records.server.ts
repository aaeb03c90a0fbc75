import { z } from "zod";
import { FIELDS, type RecordFields } from "~/billing/fields";
import type { Version } from "~/billing/observation";
import { linkedCustomers } from "~/engine/evaluate/load-links.server";
import { askedUsers } from "~/engine/evaluate/load-users.server";
import type { Tx } from "~/platform/client.server";
import { queryOneOrThrow, queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { nextVersion, selectNextVersion } from "~/platform/versions.server";

const idRow = z.object({ id: z.string() });

/**
 * Locks the record of these users, in the order of their ids, until the transaction ends: the record that is evaluated
 * is then the record that is written. Keys stay free, so that the application can insert rows that refer to a user. Waits at most `lockTimeoutMs`, then throws (PostgreSQL 55P03).
 */
export async function lockRecords(tx: Tx, userIds: readonly string[], lockTimeoutMs: number): Promise<void> {
  await tx.$queryRaw`SELECT parity.lock_records(${[...userIds]}, false)
    FROM set_config('lock_timeout', ${`${lockTimeoutMs}ms`}, true)`;
}

/** Those of these users whose record another transaction has locked now. Does not wait. */
export async function findLockedUsers(tx: Tx, userIds: readonly string[]): Promise<Set<string>> {
  const rows = await queryRows(
    tx,
    idRow,
    sql`SELECT DISTINCT id FROM parity.lock_records(${[...userIds]}, true) id`,
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Locks what is stored about these customers against change until the transaction ends: an answer of Stripe that arrives
 * meanwhile is stored afterwards, and evaluated afterwards. Returns a version that is taken when all are locked.
 */
export async function lockObservations(tx: Tx, customerIds: readonly string[]): Promise<Version> {
  if (customerIds.length === 0) return nextVersion(tx);
  const ids = sql`${[...customerIds].sort()}`;
  return lockCustomers(tx, sql``, ids);
}

/** The same for all customers that these users may be linked to by what is stored, before the users are evaluated. */
export async function lockObservationsOfUsers(
  tx: Tx,
  userIds: readonly string[],
  fields?: RecordFields,
): Promise<Version> {
  const found = sql`${askedUsers(userIds, fields ?? FIELDS)}, ${linkedCustomers},`;
  return lockCustomers(tx, found, sql`ARRAY(SELECT id FROM wanted)`);
}

const versionRow = z.object({ version: z.number() });

/** `found`: steps of the statement that `ids` reads. */
async function lockCustomers(tx: Tx, found: Sql, ids: Sql): Promise<Version> {
  const { version } = await queryOneOrThrow(
    tx,
    versionRow,
    sql`WITH ${found} locked AS MATERIALIZED (
        SELECT id FROM parity."StripeCustomer" WHERE id = ANY(${ids}) ORDER BY id FOR SHARE),
      counted AS MATERIALIZED (SELECT count(*) FROM locked)
    SELECT ${selectNextVersion} AS version FROM counted`,
  );
  return version;
}

import { z } from "zod";
import { listSpellings } from "~/billing/email";
import { selectUsersNamed } from "~/engine/account/customer-owners.server";
import type { Database, Tx } from "~/platform/client.server";
import { readSqlState } from "~/platform/errors.server";
import { queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";

const userRow = z.object({ userId: z.string() });
const customerRow = z.object({ id: z.string() });

/** More owners of workspaces with one name are not looked for. */
const MOST_OWNERS = 200;

/**
 * Ids of the users that a whole `cus_…`, `sub_…` or `in_…` belongs to. Null when the search is none of these, or it belongs to
 * no user: then it is an ordinary text.
 */
export async function findUsersById(db: Database | Tx, q: string): Promise<string[] | null> {
  if (/^(cus|sub)_[A-Za-z0-9_]+$/.test(q)) return findUsers(db, selectUsersNamed(q));
  if (/^in_[A-Za-z0-9_]+$/.test(q)) return findUsersByInvoice(db, q);
  return null;
}

/**
 * Ids of the users that a search means in which no user's own name or address is: who pays under this address in Stripe, or owns the
 * workspace with this name.
 */
export const findUsersBehind = (db: Database, q: string): Promise<string[] | null> =>
  /^\S+@\S+$/.test(q) ? findUsersByPayer(db, q) : findOwnersOfWorkspace(db, q);

/** More Stripe customers with one address are not looked for. */
const MOST_CUSTOMERS = 5;

async function findUsersByPayer(db: Database, address: string): Promise<string[] | null> {
  const customers = await queryRows(
    db,
    customerRow,
    sql`SELECT c.id FROM parity."StripeCustomer" c WHERE c."emailFolded" = ANY(${listSpellings(address)})
      ORDER BY c.id LIMIT ${MOST_CUSTOMERS}::int`,
  );
  return findLinkedUsers(db, customers);
}

/**
 * Ids of the owners of the workspaces with this id or name. The application need not have an index on names: so it is asked
 * only where no user matches, and given up after a second.
 */
async function findOwnersOfWorkspace(db: Database, q: string): Promise<string[] | null> {
  if (q.length < 3) return null;
  try {
    return await db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT set_config('statement_timeout', '1s', true)`;
      return findUsers(
        tx,
        sql`SELECT w."ownerId" AS "userId" FROM parity."Workspace" w WHERE w.id = ${q} OR lower(w.name) = lower(${q})
          LIMIT ${MOST_OWNERS}::int`,
      );
    });
  } catch (error) {
    if (readSqlState(error) === QUERY_CANCELED) return null;
    throw error;
  }
}

/** The SQLSTATE of a statement that was cancelled by `statement_timeout`. */
const QUERY_CANCELED = "57014";

/** Invoices are known by the subscription that they are the latest or the oldest unpaid one of, and by their refunds. */
async function findUsersByInvoice(db: Database | Tx, invoiceId: string): Promise<string[] | null> {
  const customers = await queryRows(
    db,
    customerRow,
    sql`SELECT "customerId" AS id FROM parity."StripeSubscription"
      WHERE "latestInvoiceId" = ${invoiceId} OR "unpaidInvoiceId" = ${invoiceId}
      UNION SELECT "customerId" FROM parity."StripeReversal" WHERE "invoiceId" = ${invoiceId} LIMIT 5`,
  );
  return findLinkedUsers(db, customers);
}

async function findLinkedUsers(
  db: Database | Tx,
  customers: readonly { id: string }[],
): Promise<string[] | null> {
  const found: string[] = [];
  for (const { id } of customers) found.push(...((await findUsers(db, selectUsersNamed(id))) ?? []));
  return found.length === 0 ? null : [...new Set(found)];
}

async function findUsers(db: Database | Tx, select: Sql): Promise<string[] | null> {
  const rows = await queryRows(db, userRow, select);
  return rows.length === 0 ? null : [...new Set(rows.map(({ userId }) => userId))];
}

import { z } from "zod";
import type { MonthlyMoney } from "~/billing/money";
import type { EpochSeconds } from "~/billing/observation";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow, queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import type { Stake } from "../account-facts.server";
import { IS_SET_ASIDE, selectQueue, selectStatuses, type UserQueueId } from "./queue-conditions.server";
import type { ListedQueue } from "./queues";

/** How many cases of a queue are listed at once. */
export const QUEUE_LENGTH = 100;

const idRow = z.object({ userId: z.string() });

/**
 * The users of a queue, without those that staff set aside: the most money first, then the oldest. Amounts of different
 * currencies are not compared: the currency of most users comes first.
 */
export async function listQueueUsers(db: Database | Tx, queue: UserQueueId): Promise<string[]> {
  const rows = await queryRows(
    db,
    idRow,
    // Whether the user exists is asked of the first ones only: OFFSET keeps it from being asked before they are sorted.
    sql`SELECT s."userId" FROM (
        SELECT s."userId" FROM (${selectStatuses(queue)}) s WHERE NOT ${IS_SET_ASIDE}
        ORDER BY ("moneyPerMonth" IS NULL), count(*) OVER (PARTITION BY "moneyCurrency") DESC, "moneyCurrency",
          "moneyPerMonth" DESC, since NULLS LAST, "userId" OFFSET 0
      ) s WHERE (SELECT true FROM parity."User" u WHERE u.id = s."userId") LIMIT ${QUEUE_LENGTH}::int`,
  );
  return rows.map(({ userId }) => userId);
}

/** What a queue holds. */
export type QueueCount = {
  /** Cases that wait; `atLeast` when there are more than could be looked at. */
  waiting: number;
  atLeast: boolean;
  /** By currency, largest first; what is not known is left out. */
  perMonth: MonthlyMoney[];
  /** Since when the oldest one waits; null where that is not known. */
  oldest: EpochSeconds | null;
  /** Users that staff put on hold or acknowledged: they wait for no one. */
  setAside: number;
};

const countRow = z.object({
  currency: z.string().nullable(),
  isSetAside: z.boolean(),
  users: z.number(),
  perMonth: z.number().nullable(),
  oldest: z.number().nullable(),
});

/** Counts a queue of users from the stored sync statuses, whatever the number of users in sync. */
export async function countQueueUsers(db: Database | Tx, queue: UserQueueId): Promise<QueueCount> {
  const rows = await queryRows(
    db,
    countRow,
    sql`SELECT "moneyCurrency" AS currency, ${IS_SET_ASIDE} AS "isSetAside", count(*)::int AS users,
      sum("moneyPerMonth")::float8 AS "perMonth", floor(extract(epoch FROM min(since)))::float8 AS oldest
    FROM (${selectQueue(queue)}) s GROUP BY 1, 2 ORDER BY 4 DESC NULLS LAST, 1`,
  );
  const waiting = rows.filter(({ isSetAside }) => !isSetAside);
  const sum = (some: typeof rows) => some.reduce((total, { users }) => total + users, 0);
  return {
    waiting: sum(waiting),
    atLeast: false,
    perMonth: waiting.flatMap(({ currency, perMonth }) =>
      currency === null || perMonth === null ? [] : [{ currency, perMonth }],
    ),
    oldest: findOldest(waiting.map(({ oldest }) => oldest)),
    setAside: sum(rows) - sum(waiting),
  };
}

/** How many users wait in each queue that the users list has as a filter. */
export async function countListedQueues(db: Database | Tx): Promise<Record<ListedQueue, number>> {
  const count = async (queue: ListedQueue) => (await countQueueUsers(db, queue)).waiting;
  return {
    locked_out: await count("locked_out"),
    unpaid_access: await count("unpaid_access"),
    needs_decision: await count("needs_decision"),
  };
}

const waitingRow = z.object({ users: z.number() });

/** Users in at least one queue who are not set aside. */
export async function countWaitingUsers(db: Database | Tx): Promise<number> {
  const { users } = await queryOneOrThrow(
    db,
    waitingRow,
    sql`SELECT count(*)::int AS users FROM (${selectQueue("locked_out", "unpaid_access", "needs_decision")}) s
      WHERE NOT ${IS_SET_ASIDE}`,
  );
  return users;
}

const lockedOutRow = z.object({
  currency: z.string().nullable(),
  users: z.number(),
  perMonth: z.number().nullable(),
});

/** Users that are locked out for longer than so many minutes and not set aside, with what they pay by currency. */
export async function sumLockedOut(
  db: Database | Tx,
  minutes: number,
): Promise<{ users: number; stakes: Stake[] }> {
  const rows = await queryRows(
    db,
    lockedOutRow,
    sql`SELECT "moneyCurrency" AS currency, count(*)::int AS users, sum("moneyPerMonth")::float8 AS "perMonth"
      FROM (${selectQueue("locked_out")}) s
      WHERE NOT ${IS_SET_ASIDE} AND coalesce(since, '-infinity') < now() - make_interval(mins => ${minutes}::int)
      GROUP BY 1 ORDER BY 3 DESC NULLS LAST, 1`,
  );
  return {
    users: rows.reduce((sum, { users }) => sum + users, 0),
    stakes: rows.flatMap(({ currency, users, perMonth }) =>
      currency === null || perMonth === null ? [] : [{ currency, users, perMonth }],
    ),
  };
}

/** The smallest of the times that are known. */
export function findOldest(times: readonly (EpochSeconds | null)[]): EpochSeconds | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

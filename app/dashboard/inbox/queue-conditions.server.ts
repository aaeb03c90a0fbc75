import { REVIEW_VERDICTS } from "~/billing/verdicts/catalogue";
import { join, type Sql, sql } from "~/platform/sql.server";
import { type QueueId, SET_ASIDE_FLAGS, VERDICTS_WITH_OWN_QUEUE } from "./queues";

/** Queues of users; payers that no user claims have no sync status. */
export type UserQueueId = Exclude<QueueId, "not_linked">;

/** The second condition changes nothing in the result: with it PostgreSQL can use the partial index on flags. */
const hasFlag = (flag: string): Sql => sql`(s.flags @> ARRAY[${flag}]::text[] AND s.flags <> '{}')`;

/** SQL conditions on `s` (SyncStatus). Each alternative is found by an index; a user may match several. */
const ALTERNATIVES: Record<UserQueueId, Sql[]> = {
  locked_out: [sql`s.verdict = 'locked_out'`],
  unpaid_access: [sql`s.verdict = 'unpaid_access'`],
  needs_decision: [
    sql`s.verdict = ANY(${[...REVIEW_VERDICTS]}::text[])`,
    sql`(${hasFlag("not_revoked")} AND s.verdict <> ALL(${[...VERDICTS_WITH_OWN_QUEUE]}::text[]))`,
  ],
  paying_twice: [hasFlag("several")],
};

const COLUMNS = sql`s."userId", s.verdict, s.flags, s.since, s."moneyPerMonth", s."moneyCurrency"`;

/** SQL: staff have set this user aside. */
export const IS_SET_ASIDE = sql`(s.flags && ${[...SET_ASIDE_FLAGS]}::text[])`;

/** SQL: on `s`, what the queue counts as waiting. */
export const isWaitingIn = (queue: UserQueueId): Sql =>
  sql`((${join(ALTERNATIVES[queue], " OR ")}) AND NOT ${IS_SET_ASIDE})`;

/** SQL: the sync statuses of these queues, each once. A status may outlive its user by a moment. */
export const selectStatuses = (...queues: UserQueueId[]): Sql => {
  const parts = queues
    .flatMap((queue) => ALTERNATIVES[queue])
    .map((condition) => sql`SELECT ${COLUMNS} FROM parity."SyncStatus" s WHERE ${condition}`);
  return join(parts, " UNION ");
};

/** SQL: the same, of users that exist: the question is only put to the few rows of a queue. */
export const selectQueue = (...queues: UserQueueId[]): Sql =>
  sql`SELECT * FROM (${selectStatuses(...queues)}) s
    WHERE EXISTS (SELECT 1 FROM parity."User" u WHERE u.id = s."userId")`;

import { z } from "zod";
import { TAKEN } from "~/billing/evaluation/taken";
import { VERDICTS } from "~/billing/verdicts/catalogue";
import { listChangedValues } from "~/billing/words/change-words";
import { RUN_COUNTS } from "~/engine/repair/run-counts";
import { RUN_OUTCOMES } from "~/engine/repair/run-types";
import { type LeftOut, NOTHING_LEFT_OUT, type RunRow } from "~/engine/repair/runs.server";
import type { Previewed, UserOutcome } from "~/engine/repair/user-outcome.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow, queryRows } from "~/platform/query-rows.server";
import { join, quoteName, sql } from "~/platform/sql.server";
import { assignExcluded, joinNames, joinValues, toRecordset } from "~/platform/write-rows.server";
import { buildGroupKey, type RunGroupKey } from "./run-groups";

/** A user that a run intended to repair, repaired, blocked or failed on. */
export type RunUserRow = z.infer<typeof runUserRow>;
const runUserRow = z.object({
  userId: z.string(),
  verdict: z.enum(VERDICTS),
  intendedHash: z.string().nullable(),
  outcome: z.enum(RUN_OUTCOMES),
  reason: z.string().nullable(),
  grants: z.boolean(),
  revokes: z.boolean(),
  /** What is taken, or was; null where nothing is, and in older rows. */
  taken: z.enum(TAKEN).nullable(),
  /** What a preview intends; null for what a run wrote, which is in `Change`. */
  changes: z.array(z.object({ label: z.string(), before: z.string(), after: z.string() })).nullable(),
  /** At stake, in the smallest unit of the currency. */
  moneyPerMonth: z.number().nullable(),
  moneyCurrency: z.string().nullable(),
});

/** The row of a run for a user; none for users in sync. */
export function toRunUser(outcome: UserOutcome, mode: RunRow["mode"]): RunUserRow[] {
  if (outcome.outcome === "in_sync") return [];
  const { userId, reason, grants, revokes, taken, intendedHash, fields } = outcome;
  const { evaluation, snapshot } = outcome.before;
  const isIntended = mode === "preview" && outcome.outcome === "intended";
  return [
    {
      ...{ userId, reason, grants, revokes, taken, intendedHash },
      verdict: evaluation.verdict,
      outcome: outcome.outcome,
      changes: isIntended ? listChangedValues(snapshot.record, evaluation.expected, fields) : null,
      moneyPerMonth: evaluation.money?.perMonth ?? null,
      moneyCurrency: evaluation.money?.currency ?? null,
    },
  ];
}

/** Writes or replaces the rows of a batch. */
export async function saveRunUsers(tx: Tx, runId: string, rows: readonly RunUserRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO parity."RunUser" ("runId", "userId", ${joinNames(COLUMNS)})
    SELECT ${runId}, r."userId", ${joinValues(COLUMNS)} FROM ${toRecordset(rows, { userId: "text", ...COLUMNS })}
    ON CONFLICT ("runId", "userId") DO UPDATE SET ${assignExcluded(COLUMNS)}`;
}

const COLUMNS = {
  verdict: "text",
  intendedHash: "text",
  outcome: "text",
  reason: "text",
  grants: "boolean",
  revokes: "boolean",
  taken: "text",
  changes: "jsonb",
  moneyPerMonth: "bigint",
  moneyCurrency: "text",
} as const;

/** What the preview of a run intended for these users, and which of them staff left out; null without a preview. */
export async function loadPreviewed(
  db: Database | Tx,
  { previewRunId, leftOut }: Pick<RunRow, "previewRunId" | "leftOut">,
  userIds: readonly string[],
): Promise<Previewed | null> {
  if (previewRunId === null) return null;
  const rows = await db.runUser.findMany({
    where: { runId: previewRunId, userId: { in: [...userIds] }, intendedHash: { not: null } },
    select: { userId: true, intendedHash: true, verdict: true, outcome: true, reason: true, revokes: true },
  });
  const isOut = createLeftOutCheck(leftOut ?? NOTHING_LEFT_OUT);
  return {
    changes: new Map(
      rows.flatMap(({ userId, intendedHash: hash, outcome }) =>
        hash ? [[userId, { hash, intended: outcome === "intended" }]] : [],
      ),
    ),
    leftOut: new Set(rows.filter(isOut).map(({ userId }) => userId)),
  };
}

/** Takes over what a preview said, for a run that applies it user by user; adds what is not intended to the run's counts. */
export async function copyPreviewedUsers(
  tx: Tx,
  { run, leftOut }: { run: RunRow; leftOut: LeftOut },
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO parity."RunUser" ("runId", "userId", ${joinNames(COLUMNS)})
    SELECT ${run.id}, "userId", verdict, "intendedHash",
      CASE WHEN outcome = 'intended' AND ${matchLeftOut(leftOut)} THEN 'left_out' ELSE outcome END,
      reason, grants, revokes, taken, NULL, "moneyPerMonth", "moneyCurrency"
    FROM parity."RunUser" WHERE "runId" = ${run.previewRunId}`;
  const counted = RUN_COUNTS.map(({ key, outcomes }) => {
    const added = sql`(SELECT count(*) FROM parity."RunUser" u WHERE u."runId" = r.id AND u.outcome <> 'intended'
      AND u.outcome = ANY(${[...outcomes]}::text[]))::int`;
    return sql`${quoteName(key)} = r.${quoteName(key)} + ${added}`;
  });
  await tx.$executeRaw`UPDATE parity."Run" r SET ${join(counted)} WHERE r.id = ${run.id}`;
}

/** What `buildGroupKey` makes, in SQL. */
const SELECT_GROUP_KEY = sql`concat_ws('.', verdict, outcome, CASE WHEN revokes THEN 'revokes' ELSE '' END, coalesce(reason, ''))`;

/** Whether staff left a user of a preview out: by its group, or by itself. */
const matchLeftOut = ({ groups, userIds }: LeftOut) =>
  sql`("userId" = ANY(${userIds}::text[]) OR ${SELECT_GROUP_KEY} = ANY(${groups}::text[]))`;

/** The same of a row that was read. */
export function createLeftOutCheck({ groups, userIds }: LeftOut) {
  const [outGroups, outUsers] = [new Set(groups), new Set(userIds)];
  return (user: RunGroupKey & { userId: string }) =>
    outUsers.has(user.userId) || outGroups.has(buildGroupKey(user));
}

/** The next users of a run whose revocation still waits for its fresh read, in the order of their ids. */
export async function listUsersToReadAgain(
  db: Database,
  runId: string,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const rows = await db.runUser.findMany({
    where: { runId, outcome: "intended", ...(after !== null && { userId: { gt: after } }) },
    select: { userId: true },
    orderBy: { userId: "asc" },
    take: limit,
  });
  return rows.map(({ userId }) => userId);
}

/** Each thing that is taken from some of these users. */
const takenSet = z.array(z.enum(TAKEN));
const SELECT_TAKEN = sql`coalesce(array_agg(DISTINCT taken) FILTER (WHERE taken IS NOT NULL), '{}') AS taken`;

export type RunUserGroup = z.infer<typeof groupRow>;
const groupRow = z.object({
  verdict: z.string(),
  outcome: z.string(),
  reason: z.string().nullable(),
  revokes: z.boolean(),
  taken: takenSet,
  currency: z.string().nullable(),
  perMonth: z.number().nullable(),
  users: z.number(),
});

/** How many users of a run had each verdict, outcome and reason, with the money of each currency apart. */
export async function groupRunUsers(db: Database, runId: string): Promise<RunUserGroup[]> {
  return queryRows(
    db,
    groupRow,
    sql`
    SELECT verdict, outcome, reason, revokes, "moneyCurrency" AS currency, sum("moneyPerMonth")::float8 AS "perMonth",
      ${SELECT_TAKEN}, count(*)::int AS users FROM parity."RunUser"
    WHERE "runId" = ${runId} GROUP BY verdict, outcome, reason, revokes, "moneyCurrency"`,
  );
}

const countRow = z.object({ users: z.number() });

/** Users of a run that are not in sync after it, without those whose mismatches staff have acknowledged. */
export async function countOpenRunUsers(db: Database, runId: string): Promise<number> {
  const query = sql`
    SELECT count(*)::int AS users FROM parity."RunUser" r LEFT JOIN parity."SyncStatus" s ON s."userId" = r."userId"
    WHERE r."runId" = ${runId} AND r.outcome <> 'synced'
      AND NOT (s.verdict IS NOT DISTINCT FROM r.verdict AND 'acknowledged' = ANY(coalesce(s.flags, ARRAY[]::text[])))`;
  return (await queryOneOrThrow(db, countRow, query)).users;
}

/** What a preview intends for the users that staff do not leave out, by what it does to access, each currency apart. */
export type IntendedSum = z.infer<typeof intendedRow>;
const intendedRow = z.object({
  grants: z.boolean(),
  revokes: z.boolean(),
  taken: takenSet,
  currency: z.string().nullable(),
  perMonth: z.number().nullable(),
  users: z.number(),
});

export async function sumIntended(db: Database, runId: string, leftOut: LeftOut): Promise<IntendedSum[]> {
  return queryRows(
    db,
    intendedRow,
    sql`
    SELECT grants, revokes, "moneyCurrency" AS currency, sum("moneyPerMonth")::float8 AS "perMonth", ${SELECT_TAKEN},
      count(*)::int AS users
    FROM parity."RunUser" WHERE "runId" = ${runId} AND outcome = 'intended' AND NOT ${matchLeftOut(leftOut)}
    GROUP BY grants, revokes, "moneyCurrency"`,
  );
}

export type ListedRunUser = z.infer<typeof listedRow>;
const listedRow = runUserRow.extend({ email: z.string(), name: z.string().nullable() });

/** Users of a run in the order of their ids, with their present names; only of one group when it is given. */
export async function listRunUsers(
  db: Database,
  input: { runId: string; group: RunGroupKey | null; after: string | null; limit: number },
): Promise<ListedRunUser[]> {
  const { group } = input;
  return queryRows(
    db,
    listedRow,
    sql`
    SELECT r."userId", r.verdict, r."intendedHash", r.outcome, r.reason, r.grants, r.revokes, r.taken, r.changes,
      r."moneyPerMonth"::float8, r."moneyCurrency",
      coalesce(u.email, '(deleted)') AS email, u.name
    FROM parity."RunUser" r LEFT JOIN parity."User" u ON u.id = r."userId"
    WHERE r."runId" = ${input.runId} AND r."userId" > ${input.after ?? ""}
      AND (${group === null} OR (r.verdict = ${group?.verdict ?? ""} AND r.outcome = ${group?.outcome ?? ""}
        AND r.revokes = ${group?.revokes ?? false} AND r.reason IS NOT DISTINCT FROM ${group?.reason ?? null}::text))
    ORDER BY r."userId" LIMIT ${input.limit}`,
  );
}

/** Removes users that were found in sync after their new read. */
export async function deleteRunUsers(tx: Tx, runId: string, userIds: readonly string[]): Promise<void> {
  if (userIds.length > 0) await tx.runUser.deleteMany({ where: { runId, userId: { in: [...userIds] } } });
}

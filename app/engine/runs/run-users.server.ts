import { z } from "zod";
import { VERDICTS } from "~/billing/verdicts/catalogue";
import { RUN_OUTCOMES } from "~/engine/repair/run-types";
import type { UserOutcome } from "~/engine/repair/user-outcome.server";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow, queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { assignExcluded, joinNames, joinValues, toRecordset } from "~/platform/write-rows.server";

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
});

/** The row of a run for a user; none for users in sync. */
export function toRunUser(outcome: UserOutcome): RunUserRow[] {
  if (outcome.outcome === "in_sync") return [];
  const { userId, reason, grants, revokes, intendedHash } = outcome;
  const { verdict } = outcome.before.evaluation;
  return [{ userId, verdict, intendedHash, outcome: outcome.outcome, reason, grants, revokes }];
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
} as const;

/** The hashes of what a preview intended for these users; users for which it intended nothing are left out. */
export async function listPreviewedHashes(
  db: Database | Tx,
  previewRunId: string,
  userIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await db.runUser.findMany({
    where: { runId: previewRunId, userId: { in: [...userIds] }, intendedHash: { not: null } },
    select: { userId: true, intendedHash: true },
  });
  return new Map(rows.flatMap(({ userId, intendedHash }) => (intendedHash ? [[userId, intendedHash]] : [])));
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

export type RunUserGroup = z.infer<typeof groupRow>;
const groupRow = z.object({
  verdict: z.string(),
  outcome: z.string(),
  reason: z.string().nullable(),
  users: z.number(),
});

/** How many users of a run had each verdict, outcome and reason. */
export async function groupRunUsers(db: Database, runId: string): Promise<RunUserGroup[]> {
  return queryRows(
    db,
    groupRow,
    sql`
    SELECT verdict, outcome, reason, count(*)::int AS users FROM parity."RunUser"
    WHERE "runId" = ${runId} GROUP BY verdict, outcome, reason ORDER BY users DESC, verdict, outcome`,
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
    SELECT r."userId", r.verdict, r."intendedHash", r.outcome, r.reason, r.grants, r.revokes,
      coalesce(u.email, '(deleted)') AS email, u.name
    FROM parity."RunUser" r LEFT JOIN parity."User" u ON u.id = r."userId"
    WHERE r."runId" = ${input.runId} AND r."userId" > ${input.after ?? ""}
      AND (${group === null} OR (r.verdict = ${group?.verdict ?? ""} AND r.outcome = ${group?.outcome ?? ""}
        AND r.reason IS NOT DISTINCT FROM ${group?.reason ?? null}::text))
    ORDER BY r."userId" LIMIT ${input.limit}`,
  );
}

export type RunGroupKey = { verdict: string; outcome: string; reason: string | null };

/** Removes users that were found in sync after their new read. */
export async function deleteRunUsers(tx: Tx, runId: string, userIds: readonly string[]): Promise<void> {
  if (userIds.length > 0) await tx.runUser.deleteMany({ where: { runId, userId: { in: [...userIds] } } });
}

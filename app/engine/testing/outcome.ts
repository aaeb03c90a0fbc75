import type { Database } from "~/platform/client.server";

/** The state of a database after a run: of each user, and of the run. */
export type Outcome = {
  users: Map<string, UserOutcome>;
  run: Record<string, unknown>;
  syncStatuses: unknown;
};
type UserOutcome = { record: string; changes: string[] };

/** How an outcome differs from the expected one, with the users' ids. */
export type Damage = {
  /** A change is missing, or a record is wrong. */
  lost: string[];
  /** A change was made twice, or one that should not have been made. */
  doubled: string[];
  /** The counts of the run or a sync status are wrong. */
  misreported: string[];
};

/** Every user's record, sync status and changes, without generated ids, and the result of the run. */
export async function readOutcome(db: Database, runId: string): Promise<Outcome> {
  const rows = await db.$queryRaw<{ userId: string; record: object; changes: object[] }[]>`
    SELECT id AS "userId", jsonb_build_object(
        'user', (SELECT to_jsonb(u) - '{createdAt,updatedAt}'::text[] FROM app."User" u WHERE u.id = ids.id),
        'billing', (SELECT to_jsonb(b) - '{id,createdAt,updatedAt}'::text[] FROM app."BillingSubscription" b
          WHERE b."userId" = ids.id),
        'workspaces', (SELECT jsonb_agg(to_jsonb(w) - '{createdAt,updatedAt}'::text[] ORDER BY w.id)
          FROM app."Workspace" w WHERE w."ownerId" = ids.id)) AS record,
      (SELECT coalesce(jsonb_agg(
          to_jsonb(c) - '{id,runId,createdAt,stripeRequestId}'::text[] ORDER BY c.id), '[]')
        FROM parity."Change" c WHERE c."userId" = ids.id) AS changes
    FROM (SELECT id FROM app."User" UNION SELECT "userId" FROM parity."Change" UNION SELECT "ownerId" FROM app."Workspace") ids`;
  const run = await db.run.findUniqueOrThrow({ where: { id: runId } });
  const { scope, state, total, observed, synced, skipped, review, failed, notChecked } = run;
  const counts = { scope, state, total, synced, skipped, review, failed, notChecked };
  const users = await db.runUser.findMany({
    where: { runId },
    omit: { runId: true, intendedHash: true },
    orderBy: { userId: "asc" },
  });
  const syncStatuses = await db.syncStatus.findMany({
    select: { userId: true, verdict: true, flags: true, blocked: true, mismatches: true },
    orderBy: { userId: "asc" },
  });
  return {
    users: new Map(
      rows.map(({ userId, record, changes }) => [
        userId,
        { record: JSON.stringify(record), changes: changes.map((one) => JSON.stringify(one)) },
      ]),
    ),
    // A resumed incremental run does not read again, nor count, what is settled already.
    run: { ...counts, ...(scope === "full" && { observed }), users },
    syncStatuses,
  };
}

/** `sameRun`: the result of the run must be the same too. */
export function compareOutcomes(expected: Outcome, found: Outcome, sameRun: boolean): Damage {
  const damage: Damage = { lost: [], doubled: [], misreported: [] };
  for (const id of new Set([...expected.users.keys(), ...found.users.keys()])) {
    const wanted = expected.users.get(id) ?? { record: "", changes: [] };
    const got = found.users.get(id) ?? { record: "", changes: [] };
    if (wanted.record !== got.record || listMissing(wanted.changes, got.changes).length > 0)
      damage.lost.push(`${id}: ${wanted.record} ${wanted.changes} became ${got.record} ${got.changes}`);
    if (listMissing(got.changes, wanted.changes).length > 0) damage.doubled.push(`${id}: ${got.changes}`);
  }
  const listReported = ({ run, syncStatuses }: Outcome): Record<string, unknown> => ({
    ...(sameRun && run),
    syncStatuses,
  });
  for (const key of Object.keys(listReported(expected))) {
    const [wanted, got] = [toLines(listReported(expected)[key]), toLines(listReported(found)[key])];
    if (wanted.join() !== got.join())
      damage.misreported.push(`${key}: ${listMissing(wanted, got)} became ${listMissing(got, wanted)}`);
  }
  return damage;
}

/** A value as lines, a list entry by entry, so that only entries that differ are reported. */
const toLines = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).map((one) => JSON.stringify(one, writeBigInt));

const writeBigInt = (_: string, value: unknown): unknown =>
  typeof value === "bigint" ? String(value) : value;

/** Those of `some` that `others` do not contain as often. */
function listMissing(some: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return some.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

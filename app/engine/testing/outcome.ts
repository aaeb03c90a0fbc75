import type { Database } from "~/platform/client.server";

/** How a database was left: what is said of each user, and of the run that was the point. */
export type Outcome = {
  users: Map<string, UserOutcome>;
  run: Record<string, unknown>;
  syncStatuses: unknown;
};
type UserOutcome = { record: string; changes: string[] };

/** How one outcome differs from another, with the users' ids. */
export type Damage = {
  /** A change is missing, or the record is not what it should be. */
  lost: string[];
  /** A change was made that should not have been: once more, or another one. */
  doubled: string[];
  /** What the run says of itself, or a standing, is not what it should be. */
  misreported: string[];
};

/** Every user's record, standing and changes, ids that differ by nature apart; and what the run `runId` came to. */
export async function outcomeOf(db: Database, runId: string): Promise<Outcome> {
  const rows = await db.$queryRaw<{ userId: string; record: object; changes: object[] }[]>`
    SELECT id AS "userId", jsonb_build_object(
        'user', (SELECT to_jsonb(u) - '{createdAt,updatedAt}'::text[] FROM "User" u WHERE u.id = ids.id),
        'billing', (SELECT to_jsonb(b) - '{id,createdAt,updatedAt}'::text[] FROM "BillingSubscription" b
          WHERE b."userId" = ids.id),
        'workspaces', (SELECT jsonb_agg(to_jsonb(w) - '{createdAt,updatedAt}'::text[] ORDER BY w.id)
          FROM "Workspace" w WHERE w."ownerId" = ids.id)) AS record,
      (SELECT coalesce(jsonb_agg(
          to_jsonb(c) - '{id,runId,createdAt,stripeRequestId}'::text[] ORDER BY c.id), '[]')
        FROM "Change" c WHERE c."userId" = ids.id) AS changes
    FROM (SELECT id FROM "User" UNION SELECT "userId" FROM "Change" UNION SELECT "ownerId" FROM "Workspace") ids`;
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
    // A tick that is gone on with does not read again what was settled already, and counts it no more.
    run: { ...counts, ...(scope === "full" && { observed }), users },
    syncStatuses,
  };
}

/** `sameRun`: what the run came to must be the same too. */
export function damageOf(expected: Outcome, found: Outcome, sameRun: boolean): Damage {
  const damage: Damage = { lost: [], doubled: [], misreported: [] };
  for (const id of new Set([...expected.users.keys(), ...found.users.keys()])) {
    const wanted = expected.users.get(id) ?? { record: "", changes: [] };
    const got = found.users.get(id) ?? { record: "", changes: [] };
    if (wanted.record !== got.record || notIn(wanted.changes, got.changes).length > 0)
      damage.lost.push(`${id}: ${wanted.record} ${wanted.changes} became ${got.record} ${got.changes}`);
    if (notIn(got.changes, wanted.changes).length > 0) damage.doubled.push(`${id}: ${got.changes}`);
  }
  const said = ({ run, syncStatuses }: Outcome): Record<string, unknown> => ({
    ...(sameRun && run),
    syncStatuses,
  });
  for (const key of Object.keys(said(expected))) {
    const [wanted, got] = [linesOf(said(expected)[key]), linesOf(said(found)[key])];
    if (wanted.join() !== got.join())
      damage.misreported.push(`${key}: ${notIn(wanted, got)} became ${notIn(got, wanted)}`);
  }
  return damage;
}

/** A value as text, a list entry by entry: of a long one only what differs is said. */
const linesOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).map((one) => JSON.stringify(one));

/** Those of `some` that `others` do not have as often. */
function notIn(some: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return some.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

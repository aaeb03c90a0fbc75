import { hash } from "node:crypto";
import { z } from "zod";
import type { RecordFields } from "~/billing/fields";
import type { Mismatch } from "~/billing/mismatches";
import type { EpochSeconds, Version } from "~/billing/observation";
import type { MoneyKind, Verdict } from "~/billing/verdicts/catalogue";
import type { Flag } from "~/billing/verdicts/flags";
import type { Database, Tx } from "~/platform/client.server";
import { forEachInSlices } from "~/platform/event-loop/in-slices";
import { queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { assignExcluded, joinNames, joinValues, toRecordset } from "~/platform/write-rows.server";
import { selectWantedHashes, selectWrittenHashes, type WrittenRecord } from "./record-hash.server";
import type { StoredState } from "./snapshots.server";

/** A row of `SyncStatus`: the last evaluation of a user, as lists and filters read it. */
export type SyncStatusRow = {
  userId: string;
  verdict: Verdict;
  /** SEVERITY_RANK */
  severity: number;
  flags: Flag[];
  mismatches: Mismatch[];
  stripeStatus: string | null;
  stripePlan: string | null;
  moneyKind: MoneyKind | null;
  /** Smallest unit of the currency. */
  moneyPerMonth: number | null;
  moneyCurrency: string | null;
  since: EpochSeconds | null;
  blocked: string | null;
  intendedHash: string | null;
  /** Whether a revocation is due: it gets a version when it is first evaluated, and keeps it while it is due. */
  revokes: boolean;
  observedAt: EpochSeconds | null;
  nextCheckAt: EpochSeconds | null;
  /** See `isSettled`. */
  settled: boolean;
  /** See `isEntangled`. */
  entangled: boolean;
  /** What the record names with blanks around it (`listPaddedIds`); kept in a table of its own. */
  paddedIds: string[];
  /** What came with the snapshot: what is stored already, and the version that this evaluation is saved with. */
  stored: StoredState;
};

/**
 * Writes the sync statuses that differ from what is stored, and those of users in the recheck queue; for the rest it only
 * compares. An evaluation that began before the stored one never replaces it. A revocation that is evaluated for the first
 * time gets the next version: only what is read after it is evidence. Returns the users whose stored status is newer.
 */
export async function saveSyncStatuses(tx: Tx, syncStatuses: readonly SyncStatusRow[]): Promise<Set<string>> {
  const rows: ReturnType<typeof toSavedRow>[] = [];
  const padded: { userId: string; id: string }[] = [];
  await forEachInSlices(syncStatuses, (syncStatus) => {
    const fingerprint = fingerprintStatus(syncStatus);
    if (isStored(syncStatus, fingerprint)) return;
    rows.push(toSavedRow(syncStatus, fingerprint));
    for (const id of syncStatus.paddedIds) padded.push({ userId: syncStatus.userId, id });
  });
  if (rows.length === 0) return new Set();
  const written = await queryRows(
    tx,
    userRow,
    sql`
    WITH ${writePaddedIds(
      rows.map(({ userId }) => userId),
      padded,
    )}
    INSERT INTO parity."SyncStatus" AS s ("userId", ${joinNames(COLUMNS)}, flags, "revocationVersion")
    SELECT r."userId", ${joinValues(COLUMNS)}, ARRAY(SELECT jsonb_array_elements_text(r.flags)),
      CASE WHEN r.revokes THEN coalesce((SELECT o."revocationVersion" FROM parity."SyncStatus" o WHERE o."userId" = r."userId"),
        nextval('parity.observation_version')) END
    FROM ${toRecordset(rows, { userId: "text", ...COLUMNS, flags: "jsonb", revokes: "boolean" })}
    ORDER BY r."userId"
    ON CONFLICT ("userId") DO UPDATE SET ${assignExcluded(COLUMNS)}, flags = excluded.flags,
      "revocationVersion" = CASE WHEN excluded."revocationVersion" IS NOT NULL
        THEN coalesce(s."revocationVersion", excluded."revocationVersion") END,
      "evaluatedAt" = now()
    WHERE excluded."evaluatedVersion" > coalesce(s."evaluatedVersion", 0)
    RETURNING s."userId"`,
  );
  const outdated = new Set(rows.map(({ userId }) => userId));
  for (const { userId } of written) outdated.delete(userId);
  return outdated;
}

/** SQL: steps of a statement that keep what the records of these users name with blanks around it, nearly always nothing. */
function writePaddedIds(userIds: readonly string[], padded: readonly { userId: string; id: string }[]): Sql {
  const named = toRecordset(padded, { userId: "text", id: "text" });
  return sql`unpadded AS (DELETE FROM parity."PaddedId" p WHERE p."userId" = ANY(${[...userIds]})
      AND NOT EXISTS (SELECT 1 FROM ${named} WHERE r."userId" = p."userId" AND r.id = p.id)),
    padded AS (INSERT INTO parity."PaddedId" ("userId", id) SELECT DISTINCT r."userId", r.id FROM ${named} ORDER BY 1, 2
      ON CONFLICT DO NOTHING)`;
}

function toSavedRow(row: SyncStatusRow, fingerprint: string) {
  const { recordHash, addressHash, addressSince, version } = row.stored;
  // What is undefined is left out of the JSON; leaving it out of a copy would cost more than all the rest.
  const left = { stored: undefined, paddedIds: undefined };
  const evaluatedVersion = version ?? 0;
  return { ...row, ...left, fingerprint, recordHash, addressHash, addressSince, evaluatedVersion };
}

/** Columns that are stored as they are given. */
const COLUMNS = {
  verdict: "text",
  severity: "smallint",
  mismatches: "jsonb",
  stripeStatus: "text",
  stripePlan: "text",
  moneyKind: "text",
  moneyPerMonth: "bigint",
  moneyCurrency: "text",
  since: "time",
  blocked: "text",
  intendedHash: "text",
  observedAt: "time",
  nextCheckAt: "time",
  settled: "boolean",
  entangled: "boolean",
  fingerprint: "text",
  recordHash: "bigint",
  addressHash: "bigint",
  addressSince: "time",
  evaluatedVersion: "bigint",
} as const;

const userRow = z.object({ userId: z.string() });

/** Equal exactly when two sync statuses say the same, whenever they were observed and evaluated. */
function fingerprintStatus(row: SyncStatusRow): string {
  const says = [
    row.verdict,
    row.severity,
    row.flags,
    row.mismatches,
    row.stripeStatus,
    row.stripePlan,
    row.moneyKind,
    row.moneyPerMonth,
    row.moneyCurrency,
    row.since,
    row.blocked,
    row.intendedHash,
    row.revokes,
    row.nextCheckAt,
    row.settled,
    row.entangled,
    row.stored.recordHash,
    row.stored.addressHash,
    row.stored.addressSince,
    ...row.paddedIds,
  ];
  return hash("sha1", JSON.stringify(says), "base64url");
}

/** Is this stored already? A queued user's status is written all the same: an older evaluation may be on its way. */
function isStored({ observedAt, stored }: SyncStatusRow, fingerprint: string): boolean {
  if (fingerprint !== stored.fingerprint || stored.generation !== null) return false;
  if (observedAt === null) return stored.observedAt === null;
  // The last full run's time is stored once for all users; a status says only what is newer, or older than it said before.
  const known = Math.max(stored.observedAt ?? 0, stored.coveredAt ?? 0);
  return observedAt <= known && observedAt >= (stored.observedAt ?? 0);
}

const writtenRow = z.object({
  userId: z.string(),
  hash: z.string(),
  isNewer: z.boolean(),
  isKept: z.boolean(),
});

/**
 * What the statuses of users whose record was just written are saved with: the record's new fingerprint, and whether
 * another evaluation has been saved since `version`, which may have seen more than ours. Only rows that were evaluated are
 * in the fingerprint: a workspace that the application adds meanwhile then differs from it, and is evaluated. `isKept`: the
 * record is what was written; where a column has another type than its field, it may be so although it is false.
 */
export async function readWrittenRecords(
  tx: Tx,
  written: readonly WrittenRecord[],
  version: Version,
  fields?: RecordFields,
): Promise<Map<string, { recordHash: string; isNewer: boolean; isKept: boolean }>> {
  const userIds = written.map(({ userId }) => userId);
  const rows = await queryRows(
    tx,
    writtenRow,
    sql`WITH status AS (
        SELECT "userId", "evaluatedVersion" FROM parity."SyncStatus" WHERE "userId" = ANY(${userIds}) FOR UPDATE)
      SELECT r."userId", r.hash::text AS hash, coalesce(s."evaluatedVersion" > ${version}::bigint, false) AS "isNewer",
        coalesce(r.hash = w.hash, false) AS "isKept"
      FROM (${selectWrittenHashes(written, fields)}) r LEFT JOIN status s USING ("userId")
        LEFT JOIN (${selectWantedHashes(written, fields)}) w USING ("userId")`,
  );
  return new Map(rows.map(({ userId, hash, ...rest }) => [userId, { recordHash: hash, ...rest }]));
}

/** Why the last attempt blocked these users' repairs; users with nothing blocked are left out. */
export async function listBlocked(db: Database, userIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.syncStatus.findMany({
    where: { userId: { in: [...userIds] }, blocked: { not: null } },
    select: { userId: true, blocked: true },
  });
  return new Map(rows.flatMap(({ userId, blocked }) => (blocked === null ? [] : [[userId, blocked]])));
}

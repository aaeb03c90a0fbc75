import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryOne, queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { ALERT_KINDS, type AlertFacts, type AlertKind, isAlertKind } from "./catalogue";
import type { Finding } from "./findings.server";

const money = z.object({ perMonth: z.number(), currency: z.string() });
const facts = z.object({ count: z.number(), money: z.array(money), details: z.array(z.string()) });
const kind = z.enum(ALERT_KINDS);

/** Between two messages about the same thing; sooner only when something joined it. */
const REPEAT_HOURS = 24;
const NEWS_HOURS = 1;
/** Longer than sending takes: a process that died in it leaves the message to another one. */
const CLAIM_SECONDS = 60;

const newRow = z.object({ isNew: z.boolean() });

/** The alert is open with what was found; true when it was not before. */
export async function openAlert(
  db: Database,
  kind: AlertKind,
  { since, newestAt, ...facts }: Finding,
): Promise<boolean> {
  const row = await queryOne(
    db,
    newRow,
    sql`
    INSERT INTO parity."Alert" AS a (kind, "openSince", "newestAt", facts)
    VALUES (${kind}, to_timestamp(${since}::float8), to_timestamp(${newestAt}::float8), ${JSON.stringify(facts)}::jsonb)
    ON CONFLICT (kind) WHERE "resolvedAt" IS NULL DO UPDATE
      SET facts = excluded.facts, "newestAt" = greatest(a."newestAt", excluded."newestAt"),
        "openSince" = least(a."openSince", excluded."openSince")
    RETURNING (xmax = 0) AS "isNew"`,
  );
  return row?.isNew ?? false;
}

/** The alert is over; true when it was open. What could not be sent of it is forgotten. */
export async function resolveAlert(db: Database, kind: AlertKind): Promise<boolean> {
  const resolved = await db.$executeRaw`
    UPDATE parity."Alert" SET "resolvedAt" = now(), failures = 0, failure = NULL, "nextAttemptAt" = NULL
    WHERE kind = ${kind} AND "resolvedAt" IS NULL`;
  return resolved > 0;
}

export type DueMessage = {
  id: bigint;
  kind: AlertKind;
  state: "open" | "repeated" | "resolved";
  since: number;
  facts: AlertFacts;
};

const dueRow = z.object({
  id: z.bigint(),
  kind,
  since: z.number(),
  facts,
  isResolved: z.boolean(),
  isRepeated: z.boolean(),
});

/** Claims the next message that is due, for this process alone; null when none is. */
export async function claimMessage(db: Database): Promise<DueMessage | null> {
  const row = await queryOne(
    db,
    dueRow,
    sql`
    UPDATE parity."Alert" SET "claimedUntil" = now() + make_interval(secs => ${CLAIM_SECONDS}::float8)
    WHERE id = (
      SELECT id FROM parity."Alert" a
      WHERE kind = ANY(${[...ALERT_KINDS]}::text[])
        AND ("claimedUntil" IS NULL OR "claimedUntil" < now())
        AND ("nextAttemptAt" IS NULL OR "nextAttemptAt" <= now())
        AND NOT EXISTS (SELECT 1 FROM parity."AlertMute" m WHERE m.kind = a.kind AND m.until > now())
        AND (("resolvedAt" IS NULL AND (
            "sentAt" IS NULL
            OR "sentAt" < now() - make_interval(hours => ${REPEAT_HOURS}::int)
            OR ("newestAt" > "sentAt" AND "sentAt" < now() - make_interval(hours => ${NEWS_HOURS}::int))))
          OR ("resolvedAt" > now() - interval '24 hours' AND "sentAt" IS NOT NULL AND "resolutionSentAt" IS NULL))
      ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, kind, extract(epoch FROM "openSince")::float8 AS since, facts,
      "resolvedAt" IS NOT NULL AS "isResolved", "sentAt" IS NOT NULL AS "isRepeated"`,
  );
  if (row === null) return null;
  const { isResolved, isRepeated, ...message } = row;
  return { ...message, state: isResolved ? "resolved" : isRepeated ? "repeated" : "open" };
}

/** The message has arrived. What joined while it was on the way is still to be told. */
export async function saveSent(db: Database, { id, state }: DueMessage): Promise<void> {
  const column = state === "resolved" ? sql`"resolutionSentAt"` : sql`"sentAt"`;
  await db.$executeRaw(sql`
    UPDATE parity."Alert" SET ${column} = "claimedUntil" - make_interval(secs => ${CLAIM_SECONDS}::float8),
      "claimedUntil" = NULL, failures = 0, failure = NULL, "nextAttemptAt" = NULL WHERE id = ${id}`);
}

/** It has not: it is tried again after a minute, then two, four, and so on up to an hour. */
export async function saveFailure(db: Database, { id }: DueMessage, failure: string): Promise<void> {
  await db.$executeRaw`
    UPDATE parity."Alert" SET "claimedUntil" = NULL, failures = failures + 1, failure = ${failure},
      "nextAttemptAt" = now() + make_interval(secs => least(3600, 60 * 2 ^ least(failures, 10))::float8)
    WHERE id = ${id}`;
}

/** An alert as pages and the command line show it. Times in epoch seconds. */
export type AlertRow = {
  id: string;
  kind: AlertKind;
  since: number;
  facts: AlertFacts;
  sentAt: number | null;
  resolvedAt: number | null;
  /** Why the last message was not sent; null when it was, or none is due. */
  failure: string | null;
};

const listRow = z.object({
  id: z.bigint().transform(String),
  kind,
  since: z.number(),
  facts,
  sentAt: z.number().nullable(),
  resolvedAt: z.number().nullable(),
  failure: z.string().nullable(),
});

const SHOWN = 100;

/** Open alerts first, then those that ended in the last seven days, the newest first. */
export async function listAlerts(db: Database): Promise<AlertRow[]> {
  return queryRows(
    db,
    listRow,
    sql`
    SELECT id, kind, extract(epoch FROM "openSince")::float8 AS since, facts, extract(epoch FROM "sentAt")::float8 AS "sentAt",
      extract(epoch FROM "resolvedAt")::float8 AS "resolvedAt", failure
    FROM parity."Alert"
    WHERE kind = ANY(${[...ALERT_KINDS]}::text[]) AND ("resolvedAt" IS NULL OR "resolvedAt" > now() - interval '7 days')
    ORDER BY "resolvedAt" IS NOT NULL, "resolvedAt" DESC, id DESC LIMIT ${SHOWN}::int`,
  );
}

/** A kind of alerts that sends nothing until then. */
export type AlertMuteRow = { kind: AlertKind; until: number; reason: string; actor: string };

/** The kinds that are muted now. */
export async function listMutes(db: Database): Promise<AlertMuteRow[]> {
  const rows = await db.alertMute.findMany({
    where: { until: { gt: new Date() } },
    orderBy: { until: "asc" },
  });
  return rows.flatMap(({ kind, until, reason, actor }) =>
    isAlertKind(kind) ? [{ kind, until: Math.floor(until.getTime() / 1000), reason, actor }] : [],
  );
}

/** Mutes a kind until then, or (null) no longer, with an audit entry; false when it was not muted anyway. */
export async function saveMute(
  db: Database,
  kind: AlertKind,
  mute: { hours: number; reason: string } | null,
  actor: string,
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext(${`parity.alert.${kind}`}))::text`;
    const present = await tx.alertMute.findFirst({ where: { kind, until: { gt: new Date() } } });
    if (mute === null && present === null) return false;
    const until = mute && new Date(Date.now() + mute.hours * 3_600_000);
    if (mute && until) {
      const row = { until, reason: mute.reason, actor };
      await tx.alertMute.upsert({ where: { kind }, create: { kind, ...row }, update: row });
    } else await tx.alertMute.deleteMany({ where: { kind } });
    await tx.settingChange.create({
      data: {
        key: `alert:${kind}`,
        before: { mutedUntil: present?.until.toISOString() ?? null },
        after: { mutedUntil: until?.toISOString() ?? null },
        actor,
        reason: mute?.reason ?? null,
      },
    });
    return true;
  });
}

import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { empty, join, raw, type Sql, sql } from "~/platform/sql.server";

const SOURCES = ["change", "decision", "setting"] as const;

/** Where an entry of the activity stands. */
export type ActivityPlace = { source: (typeof SOURCES)[number]; id: string; at: string };

export type ActivityQuery = {
  limit: number;
  /** The cursor of a page; one that is none begins at the newest. */
  after?: string | null;
  /** `repair`, `undone` (a repair taken back), `granted` (after a payment), `setting`, or kinds of decisions; all unless given. */
  kinds?: readonly string[];
  /** `staff:<id>`, or a kind of caller with nothing after the colon, such as `cron:`. */
  actor?: string | null;
  userId?: string | null;
  runId?: string | null;
  /** Epoch seconds; `to` is not included. */
  from?: number | null;
  to?: number | null;
};

const placeRow = z.object({ source: z.enum(SOURCES), id: z.string(), at: z.string() });

/** Each branch is read by its own index and no further than the page. The order of the sources settles equal times. */
export async function listPlaces(db: Database, query: ActivityQuery): Promise<ActivityPlace[]> {
  const branches = [changes(query), decisions(query), settings(query)].filter((one) => one !== null);
  if (branches.length === 0) return [];
  return queryRows(
    db,
    placeRow,
    sql`SELECT source, id::text AS id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
    FROM (${join(
      branches.map((one) => sql`(${one})`),
      " UNION ALL ",
    )}) found ORDER BY found.at DESC, rank DESC, found.id DESC LIMIT ${query.limit}::int`,
  );
}

type Branch = { source: ActivityPlace["source"]; table: Sql; where: readonly (Sql | null)[] };

function branch({ source, table, where }: Branch, query: ActivityQuery): Sql {
  const rank = SOURCES.indexOf(source);
  const cursor = readCursor(query.after);
  const conditions = [
    ...where,
    query.from == null ? null : sql`"createdAt" >= to_timestamp(${query.from}::float8)`,
    query.to == null ? null : sql`"createdAt" < to_timestamp(${query.to}::float8)`,
    cursor &&
      sql`"createdAt" <= ${cursor.at}::timestamptz AND ("createdAt", ${raw(String(rank))}, id) < (${cursor.at}::timestamptz, ${raw(String(SOURCES.indexOf(cursor.source)))}, ${cursor.id}::text::bigint)`,
  ].filter((one) => one !== null);
  return sql`SELECT ${source}::text AS source, ${raw(String(rank))} AS rank, id, "createdAt" AS at FROM ${table}
    ${conditions.length === 0 ? empty : sql`WHERE ${join(conditions, " AND ")}`}
    ORDER BY "createdAt" DESC, id DESC LIMIT ${query.limit}::int`;
}

const wants = ({ kinds }: ActivityQuery, kind: string) =>
  !kinds || kinds.length === 0 || kinds.includes(kind);

/** Of a member of staff, or of all callers of a kind. */
function isBy(actor: string | null | undefined): Sql | null {
  if (!actor) return null;
  const [kind = "", ...id] = actor.split(":");
  const name = id.join(":");
  return name === "" ? sql`"actorKind" = ${kind}` : sql`"actorKind" = ${kind} AND actor = ${name}`;
}

const IS_UNDO = sql`EXISTS (SELECT 1 FROM parity."Run" undo WHERE undo.id = "runId" AND undo.mode = 'undo')`;

/** SQL on a change, for each kind of entry that is one. */
const CHANGE_KINDS = {
  repair: sql`NOT ${IS_UNDO}`,
  undone: IS_UNDO,
  granted: sql`(grants AND "paidAt" IS NOT NULL)`,
} as const satisfies Record<string, Sql>;

function changes(query: ActivityQuery): Sql | null {
  const kinds = query.kinds ?? [];
  const asked = Object.entries(CHANGE_KINDS).flatMap(([kind, condition]) =>
    kinds.includes(kind) ? [condition] : [],
  );
  if (kinds.length > 0 && asked.length === 0) return null;
  const { userId, runId } = query;
  const where = [
    asked.length === 0 ? null : sql`(${join(asked, " OR ")})`,
    isBy(query.actor),
    userId == null ? null : sql`"userId" = ${userId}`,
    runId == null ? null : sql`"runId" = ${runId}`,
  ];
  return branch({ source: "change", table: sql`parity."Change"`, where }, query);
}

/** Kinds of entries that are no decisions. */
const NO_DECISIONS = [...Object.keys(CHANGE_KINDS), "setting"];

function decisions(query: ActivityQuery): Sql | null {
  const kinds = (query.kinds ?? []).filter((kind) => !NO_DECISIONS.includes(kind));
  if (kinds.length === 0 && (query.kinds ?? []).length > 0) return null;
  const { userId, runId } = query;
  const where = [
    isBy(query.actor),
    kinds.length === 0 ? null : sql`kind = ANY(${kinds})`,
    userId == null ? null : sql`"userId" = ${userId}`,
    runId == null ? null : sql`"runId" = ${runId}`,
  ];
  return branch({ source: "decision", table: sql`parity."Decision"`, where }, query);
}

function settings(query: ActivityQuery): Sql | null {
  if (!wants(query, "setting") || query.userId != null || query.runId != null) return null;
  const { actor } = query;
  const by = actor?.endsWith(":") ? sql`starts_with(actor, ${actor})` : actor ? sql`actor = ${actor}` : null;
  return branch({ source: "setting", table: sql`parity."SettingChange"`, where: [by] }, query);
}

export const writeCursor = ({ source, id, at }: ActivityPlace): string => `${at}_${source}_${id}`;

function readCursor(text: string | null | undefined): ActivityPlace | null {
  const [at = "", source = "", id = ""] = (text ?? "").split("_");
  const known = SOURCES.find((one) => one === source);
  const isTime = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(at) && !Number.isNaN(Date.parse(at));
  return known !== undefined && isTime && /^\d{1,18}$/.test(id) ? { source: known, id, at } : null;
}

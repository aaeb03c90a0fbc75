import { z } from "zod";
import { ACTOR_KINDS, type Actor } from "~/engine/account/actor";
import type { Database, Tx } from "~/platform/client.server";
import { maskText } from "~/platform/mask.server";
import { queryOne, queryOneOrThrow } from "~/platform/query-rows.server";
import { join, quoteName, sql } from "~/platform/sql.server";

/** A value as it is kept of a decision. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a decision is about. */
export type Subject = {
  userId?: string;
  customerId?: string;
  subscriptionId?: string;
  priceId?: string;
  lookupKey?: string;
  productId?: string;
  planId?: string;
  runId?: string;
  changeId?: string;
};

const SUBJECT_COLUMNS = [
  "userId",
  "customerId",
  "subscriptionId",
  "priceId",
  "lookupKey",
  "productId",
  "planId",
  "runId",
] as const satisfies (keyof Subject)[];

/** A decision as it is stored; `id` and `undoes` are whole numbers as text. */
export type StoredDecision = {
  id: string;
  /** One of DECISIONS, also of an earlier version. */
  kind: string;
  subject: Subject;
  before: unknown;
  after: unknown;
  actor: Actor;
  reason: string | null;
  undoes: string | null;
  createdAt: Date;
};

const text = z.string().nullable();
const decisionRow = z
  .object({
    id: z.bigint(),
    kind: z.string(),
    userId: text,
    customerId: text,
    subscriptionId: text,
    priceId: text,
    lookupKey: text,
    productId: text,
    planId: text,
    runId: text,
    changeId: z.bigint().nullable(),
    before: z.unknown(),
    after: z.unknown(),
    actorKind: z.enum(ACTOR_KINDS),
    actor: text,
    reason: text,
    undoes: z.bigint().nullable(),
    createdAt: z.date(),
  })
  .transform(
    (row): StoredDecision => ({
      id: String(row.id),
      kind: row.kind,
      subject: {
        ...Object.fromEntries(
          SUBJECT_COLUMNS.flatMap((name) => (row[name] === null ? [] : [[name, row[name]]])),
        ),
        ...(row.changeId !== null && { changeId: String(row.changeId) }),
      },
      before: row.before,
      after: row.after,
      actor: { kind: row.actorKind, id: row.actor },
      reason: row.reason,
      undoes: row.undoes === null ? null : String(row.undoes),
      createdAt: row.createdAt,
    }),
  );

/** Parses a row of `Decision`. Throws ZodError when it is not one. */
export const parseDecision = (row: unknown): StoredDecision => decisionRow.parse(row);

export type NewDecision = Omit<StoredDecision, "id" | "createdAt" | "before" | "after"> & {
  before: Json;
  after: Json;
};

/** Inserts a decision; in SQL, because the time is that of the database. */
export async function insertDecision(tx: Tx, decision: NewDecision): Promise<StoredDecision> {
  const { kind, subject, before, after, actor, reason, undoes } = decision;
  const toJson = (value: Json) => (value === null ? sql`NULL::jsonb` : sql`${JSON.stringify(value)}::jsonb`);
  return queryOneOrThrow(
    tx,
    decisionRow,
    sql`INSERT INTO parity."Decision" (kind, ${join(SUBJECT_COLUMNS.map(quoteName))}, "changeId", before, after,
      "actorKind", actor, reason, undoes)
    VALUES (${kind}, ${join(SUBJECT_COLUMNS.map((name) => sql`${subject[name] ?? null}::text`))},
      ${subject.changeId ?? null}::text::bigint, ${toJson(before)}, ${toJson(after)},
      ${actor.kind}, ${actor.id}::text, ${reason && maskText(reason)}::text, ${undoes}::text::bigint)
    RETURNING *`,
  );
}

const isNumber = (id: string) => /^\d{1,18}$/.test(id);

/** A decision by its id; null when there is none. */
export async function findDecision(db: Database | Tx, id: string): Promise<StoredDecision | null> {
  if (!isNumber(id)) return null;
  return queryOne(db, decisionRow, sql`SELECT * FROM parity."Decision" WHERE id = ${id}::text::bigint`);
}

/** The decision that took this one back; null when none did. */
export const findUndoing = (db: Database | Tx, id: string): Promise<StoredDecision | null> =>
  queryOne(db, decisionRow, sql`SELECT * FROM parity."Decision" WHERE undoes = ${id}::text::bigint`);

/**
 * The newest decision about any of what these subjects name; null when there is none. `notBy`: a person’s own decisions are no
 * news to that person.
 */
export async function findLatestDecision(
  db: Database | Tx,
  subject: Subject,
  { after = null, notBy = null }: { after?: string | null; notBy?: Actor | null } = {},
): Promise<StoredDecision | null> {
  const named = SUBJECT_COLUMNS.filter((name) => name !== "planId" && subject[name] !== undefined);
  if (named.length === 0 || (after !== null && !isNumber(after))) return null;
  const about = named.map((name) => sql`${quoteName(name)} = ${subject[name]}`);
  return queryOne(
    db,
    decisionRow,
    sql`SELECT * FROM parity."Decision" WHERE (${join(about, " OR ")})
      AND (${after}::text IS NULL OR id > ${after}::text::bigint)
      AND (${notBy?.kind ?? null}::text IS NULL OR "actorKind" <> ${notBy?.kind ?? null} OR actor IS DISTINCT FROM ${notBy?.id ?? null})
    ORDER BY id DESC LIMIT 1`,
  );
}

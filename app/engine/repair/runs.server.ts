import { z } from "zod";
import { ACTOR_KINDS, type Actor } from "~/engine/account/actor";
import type { Database, Tx } from "~/platform/client.server";
import { maskText } from "~/platform/mask.server";
import { queryOne } from "~/platform/query-rows.server";
import { join, quoteName, type Sql, sql } from "~/platform/sql.server";
import { NO_COUNTS, RUN_COUNTS, type RunCounts } from "./run-counts";
import { type RunCursor, runCursor } from "./run-cursor";
import type { RunMode, RunScope, RunState } from "./run-types";

/** The groups (by their keys) and the users of a preview that staff left out when they applied it. */
export type LeftOut = z.infer<typeof leftOutShape>;
const leftOutShape = z.object({ groups: z.array(z.string()), userIds: z.array(z.string()) });

export const NOTHING_LEFT_OUT: LeftOut = { groups: [], userIds: [] };

export type RunRow = RunCounts & {
  id: string;
  actor: Actor;
  mode: RunMode;
  scope: RunScope;
  state: RunState;
  /** Where it is; `cursor.phase` says in which phase. */
  cursor: RunCursor;
  previewRunId: string | null;
  /** What staff call it, why they started it, and what they left out of the preview. */
  name: string | null;
  typedReason: string | null;
  leftOut: LeftOut | null;
  /** The users of a run with the scope `selection`. */
  selectionId: string | null;
  /** The run whose changes this one takes back. */
  undoesRunId: string | null;
  total: number;
  observed: number;
  stripeRequests: number;
  reason: string | null;
  leaseUntil: Date | null;
  cancelRequestedAt: Date | null;
  /** Staff id. */
  cancelledBy: string | null;
  createdAt: Date;
  finishedAt: Date | null;
  /** When the results of users that it did not repair were removed; null while they are all there. */
  resultsRemovedAt: Date | null;
};

const counts = z.object({
  synced: z.number(),
  skipped: z.number(),
  review: z.number(),
  failed: z.number(),
  notChecked: z.number(),
} satisfies Record<keyof RunCounts, z.ZodNumber>);

const runRow = counts
  .extend({
    id: z.string(),
    actorKind: z.enum(ACTOR_KINDS),
    actor: z.string().nullable(),
    mode: z.enum(["preview", "apply", "undo"]),
    scope: z.enum(["one", "selection", "incremental", "full"]),
    state: z.enum(["running", "done", "failed", "cancelled", "abandoned"]),
    cursor: runCursor,
    previewRunId: z.string().nullable(),
    name: z.string().nullable(),
    typedReason: z.string().nullable(),
    leftOut: leftOutShape.nullable(),
    selectionId: z.string().nullable(),
    undoesRunId: z.string().nullable(),
    total: z.number(),
    observed: z.number(),
    stripeRequests: z.number(),
    reason: z.string().nullable(),
    leaseUntil: z.date().nullable(),
    cancelRequestedAt: z.date().nullable(),
    cancelledBy: z.string().nullable(),
    createdAt: z.date(),
    finishedAt: z.date().nullable(),
    resultsRemovedAt: z.date().nullable(),
  })
  .transform(({ actorKind, actor, ...run }): RunRow => ({ ...run, actor: { kind: actorKind, id: actor } }));

/** Parses a row of `Run`. Throws ZodError when it is not one. */
export const parseRun = (row: unknown): RunRow => runRow.parse(row);

export type NewRun = {
  actor: Actor;
  mode: RunMode;
  scope: RunScope;
  /** Where it begins, or `finished` for a run that is over when it is written down, such as of one user. */
  cursor: RunCursor;
  previewRunId?: string;
  name?: string | null;
  typedReason?: string | null;
  leftOut?: LeftOut | null;
  selectionId?: string | null;
  undoesRunId?: string;
  state?: RunState;
  counts?: Partial<RunCounts> & { total: number; stripeRequests?: number };
};

/** Creates a run that needs no lease (`one`, or a preview from what is stored). */
export async function createRun(db: Database | Tx, run: NewRun): Promise<RunRow> {
  const created = await insertRun(db, run, null);
  if (created === null) throw new Error("The run was not created");
  return created;
}

/**
 * Inserts a run; null when another run has the live key. In SQL, because the client would write the time of this
 * process's clock, and that time decides whether the run is too old and which users signed up since.
 */
export async function insertRun(
  db: Database | Tx,
  run: NewRun,
  liveKey: string | null,
): Promise<RunRow | null> {
  const { actor, mode, scope, cursor, previewRunId = null, undoesRunId = null, state = "running" } = run;
  const { name = null, typedReason = null, leftOut = null, selectionId = null } = run;
  const { total = 0, stripeRequests = 0 } = run.counts ?? {};
  return queryOne(
    db,
    runRow,
    sql`
    INSERT INTO parity."Run" ("actorKind", actor, mode, scope, phase, state, "liveKey", cursor, "previewRunId", "undoesRunId",
      name, "typedReason", "leftOut", "selectionId", total,
      ${columnNames}, "stripeRequests", "finishedAt")
    VALUES (${actor.kind}, ${actor.id}::text, ${mode}, ${scope}, ${cursor.phase}, ${state}, ${liveKey}::text,
      ${JSON.stringify(cursor)}::jsonb, ${previewRunId}::text, ${undoesRunId}::text,
      ${name && maskText(name)}::text, ${typedReason && maskText(typedReason)}::text, ${leftOut && JSON.stringify(leftOut)}::jsonb, ${selectionId}::text, ${total}::int,
      ${join(RUN_COUNTS.map(({ key }) => sql`${run.counts?.[key] ?? 0}::int`))}, ${stripeRequests}::int,
      CASE WHEN ${state}::text <> 'running' THEN now() END)
    ON CONFLICT ("liveKey") DO NOTHING RETURNING *`,
  );
}

const columnNames = join(RUN_COUNTS.map(({ key }) => quoteName(key)));

/** `synced = synced + 3, …` for an UPDATE of `Run`. */
export const addToCounts = (added: Partial<RunCounts>): Sql =>
  join(
    RUN_COUNTS.map(({ key }) => {
      const value = added[key] ?? NO_COUNTS[key];
      return sql`${quoteName(key)} = ${quoteName(key)} + ${value}::int`;
    }),
  );

/** A run by its id; null when there is none. */
export async function findRun(db: Database | Tx, id: string): Promise<RunRow | null> {
  const row = await db.run.findUnique({ where: { id } });
  return row ? parseRun(row) : null;
}

/** Newest first; `before` is the id of the last run of the page before. */
export async function listRuns(db: Database, limit: number, before?: string): Promise<RunRow[]> {
  const rows = await db.run.findMany({
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
    ...(before !== undefined && { cursor: { id: before }, skip: 1 }),
  });
  return rows.map(parseRun);
}

const INTERRUPTED = "it was interrupted; what it had taken back stays so, and undoing again does the rest";
/** Longer than any batch of an undo takes. */
const UNDO_LOST_AFTER_MINUTES = 10;

/** Ends the run of an undo. `interrupted`: not all of it was done. */
export async function endUndoRun(
  db: Database,
  runId: string,
  how: "done" | "cancelled" | "interrupted",
): Promise<void> {
  const state: RunState = how === "interrupted" ? "failed" : how;
  const reason = how === "done" ? null : how === "cancelled" ? "canceled by staff" : INTERRUPTED;
  await db.$executeRaw`
    UPDATE parity."Run" SET state = ${state}, reason = ${reason}::text, "finishedAt" = now(), "updatedAt" = now()
    WHERE id = ${runId} AND state = 'running'`;
}

/** Undos whose process is gone: nothing else would end their runs. */
export async function endLostUndoRuns(db: Database): Promise<void> {
  await db.$executeRaw`
    UPDATE parity."Run" SET state = 'failed', reason = ${INTERRUPTED}, "finishedAt" = now(), "updatedAt" = now()
    WHERE mode = 'undo' AND state = 'running'
      AND "updatedAt" < now() - make_interval(mins => ${UNDO_LOST_AFTER_MINUTES}::int)`;
}

import { z } from "zod";
import { FIELDS, type RecordFields } from "~/billing/fields";
import type { BillingState } from "~/billing/record";
import { VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import { ACTOR_KINDS, type Actor } from "~/engine/account/actor";
import type { Database } from "~/platform/client.server";
import { buildStateSchema } from "./changes.server";

/** A repair that may be taken back. */
export type AuditedChange = {
  id: string;
  runId: string;
  userId: string;
  verdict: Verdict;
  before: BillingState;
  after: BillingState;
};

type StoredChange = Record<"runId" | "userId" | "verdict", string> & {
  id: bigint;
  before: unknown;
  after: unknown;
};

function toAudited(row: StoredChange, fields: RecordFields): AuditedChange {
  const state = buildStateSchema(fields);
  return {
    id: String(row.id),
    runId: row.runId,
    userId: row.userId,
    verdict: VERDICTS.find((one) => one === row.verdict) ?? "not_checked",
    before: state.parse(row.before),
    after: state.parse(row.after),
  };
}

/** A repair by its id; null when there is none. */
export async function findChange(
  db: Database,
  id: string,
  fields: RecordFields = FIELDS,
): Promise<AuditedChange | null> {
  if (!/^\d{1,18}$/.test(id)) return null;
  const row = await db.change.findUnique({ where: { id: BigInt(id) } });
  return row && toAudited(row, fields);
}

/** What a run wrote for one user; null when it wrote nothing. */
export async function findChangeOfRun(
  db: Database,
  place: { runId: string; userId: string },
  fields: RecordFields = FIELDS,
): Promise<AuditedChange | null> {
  const row = await db.change.findUnique({ where: { runId_userId: place } });
  return row && toAudited(row, fields);
}

/** The repairs of a run in the order of their users, after `afterUserId`. */
export async function listChangesOfRun(
  db: Database,
  { runId, afterUserId, limit }: { runId: string; afterUserId: string | null; limit: number },
  fields: RecordFields = FIELDS,
): Promise<AuditedChange[]> {
  const rows = await db.change.findMany({
    where: { runId, ...(afterUserId !== null && { userId: { gt: afterUserId } }) },
    orderBy: { userId: "asc" },
    take: limit,
  });
  return rows.map((row) => toAudited(row, fields));
}

/** A repair with who made it, for the history. */
export type ChangeEntry = AuditedChange & {
  grants: boolean;
  revokes: boolean;
  override: boolean;
  actor: Actor;
  reason: string | null;
  /** Of the answer of Stripe by which it was evaluated last. */
  stripeRequestId: string | null;
  createdAt: Date;
};

const actorKind = z.enum(ACTOR_KINDS);

/** Repairs by their ids, in no order; one that does not exist is left out. */
export async function findChangesById(
  db: Database,
  ids: readonly bigint[],
  fields: RecordFields = FIELDS,
): Promise<ChangeEntry[]> {
  if (ids.length === 0) return [];
  const rows = await db.change.findMany({ where: { id: { in: [...ids] } } });
  return rows.map((row) => ({
    ...toAudited(row, fields),
    ...{ grants: row.grants, revokes: row.revokes, override: row.override, createdAt: row.createdAt },
    actor: { kind: actorKind.parse(row.actorKind), id: row.actor },
    ...{ reason: row.reason, stripeRequestId: row.stripeRequestId },
  }));
}

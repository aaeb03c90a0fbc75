import { z } from "zod";
import { FIELDS, listFields, type RecordFields, type TableName } from "~/billing/fields";
import type { EpochSeconds } from "~/billing/observation";
import type { AnyRow, BillingState } from "~/billing/record";
import type { Verdict } from "~/billing/verdicts/catalogue";
import type { Actor } from "~/engine/account/actor";
import { firstFullRunAt } from "~/engine/account/cursors.server";
import type { Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { toRecordset } from "~/platform/write-rows.server";
import { PAYMENT_TYPES } from "~/stripe/event-types";
import type { WrittenSubscription } from "./written-subscriptions";

/** One repair: the record as it was evaluated, under lock, and as it will be. */
export type RepairRow = {
  userId: string;
  verdict: Verdict;
  before: BillingState;
  after: BillingState;
  grants: boolean;
  revokes: boolean;
  /** What the person typed who approved it; null for an automatic repair. */
  reason: string | null;
  /** An admin decided it although evidence was missing. */
  override: boolean;
  stripeRequestId: string | null;
  /** For a grant that a payment gives: which customer paid, and when its period began; null for any other repair. */
  payment: { customerId: string; periodStart: EpochSeconds; paidAt: EpochSeconds | null } | null;
  /** Customer that the e-mail address alone linked; kept with the repair. */
  emailLink: string | null;
  /** The row of the subscription belongs to a user who was deleted: it becomes this user's. */
  takesOverRow: boolean;
  /** Nothing counts any more, and no access is expected: what the application clears or removes then is. */
  ends: boolean;
  /** The user's subscriptions as observed, for applications that keep a row for each. */
  subscriptions: readonly WrittenSubscription[];
};

/** Access that a payment gave, and how long after it: seconds from Stripe's event or invoice to our commit. */
export type AccessGiven = z.infer<typeof accessGiven>;
const accessGiven = z.object({ userId: z.string(), seconds: z.number() });

/**
 * Writes repairs, only what differs, each with its `Change` in the same transaction. The records must be locked.
 * Returns who was given access for a payment.
 */
export async function writeRepairs(
  tx: Tx,
  runId: string,
  actor: Actor,
  repairs: readonly RepairRow[],
  fields: RecordFields = FIELDS,
): Promise<AccessGiven[]> {
  if (repairs.length === 0) return [];
  const records = repairs.map((repair) => toWrittenRecord(repair, fields));
  await tx.$queryRaw`SELECT parity.write_records(${JSON.stringify(records)}::jsonb)`;
  await writeLinks(tx, repairs, actor);
  return writeChanges(tx, runId, actor, repairs);
}

/** A record as `parity.write_records` takes it: the fields that the application has, and no others. */
function toWrittenRecord(
  { userId, after, ends, takesOverRow, subscriptions }: RepairRow,
  fields: RecordFields,
) {
  const pick = (table: TableName, row: AnyRow, picked: Record<string, unknown> = {}) => {
    for (const { name } of listFields(table, fields)) picked[name] = row[name] ?? null;
    return picked;
  };
  return {
    userId,
    user: pick("user", after.user),
    billing: after.billing && pick("billing", after.billing),
    ends,
    takesOverRow,
    workspaces: after.workspaces.map((workspace) => pick("workspace", workspace, { id: workspace.id })),
    subscriptions,
  };
}

async function writeLinks(tx: Tx, repairs: readonly RepairRow[], actor: Actor): Promise<void> {
  const links = repairs.flatMap(({ userId, emailLink }) =>
    emailLink === null ? [] : [{ userId, customerId: emailLink, source: "email", actor: actor.kind }],
  );
  if (links.length > 0) await tx.link.createMany({ data: links, skipDuplicates: true });
}

async function writeChanges(
  tx: Tx,
  runId: string,
  actor: Actor,
  repairs: readonly RepairRow[],
): Promise<AccessGiven[]> {
  const rows = repairs.map((repair) => ({
    userId: repair.userId,
    verdict: repair.verdict,
    before: repair.before,
    after: repair.after,
    grants: repair.grants,
    revokes: repair.revokes,
    reason: repair.reason,
    override: repair.override,
    stripeRequestId: repair.stripeRequestId,
    customerId: repair.payment?.customerId,
    periodStart: repair.payment?.periodStart,
    paidAt: repair.payment?.paidAt,
  }));
  return queryRows(
    tx,
    accessGiven,
    sql`WITH written AS (INSERT INTO parity."Change" ("runId", "userId", verdict, before, after, grants, revokes, "actorKind", actor,
      reason, override, "stripeRequestId", "paidAt")
    SELECT ${runId}, "userId", verdict, before, after, grants, revokes, ${actor.kind}, ${actor.id},
      reason, override,
      -- In a full run the answer that spoke of the subscription is known by what it stored.
      coalesce("stripeRequestId", (SELECT s."requestId" FROM parity."StripeSubscription" s
        WHERE s.id = after->'billing'->>'stripeSubscriptionId')),
      ${paidAt}
    FROM ${toRecordset(rows, CHANGE_COLUMNS)}
    ORDER BY "userId" RETURNING "userId", grants, "createdAt", "paidAt")
    SELECT "userId", greatest(0, extract(epoch FROM "createdAt" - "paidAt"))::float8 AS seconds FROM written
    WHERE grants AND "paidAt" IS NOT NULL ORDER BY 1`,
  );
}

/**
 * SQL: when the customer of the repair `r` paid. By Stripe's event when there was one; else the invoice of the period is as
 * old as the period, unless it was paid later. NULL for a payment from before the customer was first completely observed, by itself or by the first
 * full run: that access comes late is history, and no latency of ours; and for one after which the user was seen to have access. Payments have whole
 * seconds.
 */
const paidAt: Sql = sql`(SELECT paid.at FROM (SELECT coalesce(
        (SELECT max(e.created) FROM parity."StripeEvent" e WHERE e."customerId" = r."customerId"
          AND e.type = ANY(${[...PAYMENT_TYPES]}::text[]) AND e.created >= to_timestamp(r."periodStart")),
        to_timestamp(r."paidAt")) AS at) paid
      WHERE paid.at >= date_trunc('second', least(${firstFullRunAt},
        (SELECT c."firstCompleteAt" FROM parity."StripeCustomer" c WHERE c.id = r."customerId")))
        AND NOT EXISTS (SELECT 1 FROM parity."Change" given
          WHERE given."userId" = r."userId" AND given.grants AND given."createdAt" >= paid.at)
        AND NOT EXISTS (SELECT 1 FROM parity."SyncStatus" seen WHERE seen."userId" = r."userId" AND seen.verdict = 'in_sync'
          AND seen."stripeStatus" IN ('active', 'trialing') AND seen."evaluatedAt" >= paid.at))`;

const CHANGE_COLUMNS = {
  userId: "text",
  verdict: "text",
  before: "jsonb",
  after: "jsonb",
  grants: "boolean",
  revokes: "boolean",
  reason: "text",
  override: "boolean",
  stripeRequestId: "text",
  customerId: "text",
  periodStart: "float8",
  paidAt: "float8",
} as const;

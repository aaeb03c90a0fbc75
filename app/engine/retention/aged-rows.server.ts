import { join, raw, type Sql, sql } from "~/platform/sql.server";
import { PAYMENT_TYPES } from "~/stripe/event-types";
import type { AgedName } from "./catalogue";

/** The rows of a table that are removed by age, as SQL on `t`. */
export type AgedRows = {
  /** The time that the life counts from. */
  at: Sql;
  /** With `at` the order in which they are looked at, and a key. */
  id: Sql;
  idType: "text" | "bigint";
  /** Only these at all; all unless given. */
  among?: Sql;
  /** What stays although it is older than `cut`. */
  stays?: (cut: Sql) => Sql;
  /** The run that is to be looked at again once the row is gone. */
  ofRun?: Sql;
};

/** Tables whose rows go one by one, each by its own age. The others are those of runs, selections and the queue. */
export type WalkedName = Exclude<
  AgedName,
  "Run" | "RunUser" | "RunBatch" | "Selection" | "SelectedUser" | "jobs"
>;

/** The key of the entry that a cleaning of the audit leaves. */
export const CLEANED = "audit:cleaned";

const hasComp = sql`EXISTS (SELECT 1 FROM parity."Comp" c WHERE c."userId" = t."userId")`;
const paymentTypes = join(PAYMENT_TYPES.map((type) => sql`${type}::text`));
const expires = { at: sql`t."expiresAt"`, id: sql`t.id`, idType: "text" } as const;
const byNumber = { at: sql`t."createdAt"`, id: sql`t.id`, idType: "bigint" } as const;

export const AGED_ROWS: Record<WalkedName, AgedRows> = {
  StripeEvent: {
    ...{ at: sql`t."receivedAt"`, id: sql`t.id`, idType: "text", among: sql`t."settledAt" IS NOT NULL` },
    stays: () => sql`t."customerId" IS NOT NULL AND t.type IN (${paymentTypes}) AND NOT EXISTS (
      SELECT 1 FROM parity."StripeEvent" newer WHERE newer."customerId" = t."customerId" AND newer.type = t.type
        AND (newer.created, newer.id) > (t.created, t.id))`,
  },
  Change: {
    ...byNumber,
    stays: (cut) => sql`${hasComp}
      OR NOT EXISTS (SELECT 1 FROM parity."Change" later WHERE later."userId" = t."userId" AND later.id > t.id AND later."createdAt" < ${cut})
      OR EXISTS (SELECT 1 FROM parity."Run" r WHERE r.id = t."runId" AND (r."finishedAt" IS NULL OR r."finishedAt" >= ${cut}))`,
    ofRun: sql`t."runId"`,
  },
  Decision: {
    ...byNumber,
    stays: (cut) => sql`${hasComp}
      OR EXISTS (SELECT 1 FROM parity."Decision" undo WHERE undo.undoes = t.id AND undo."createdAt" >= ${cut})`,
    ofRun: sql`t."runId"`,
  },
  SettingChange: {
    ...byNumber,
    // The cleaning adds an entry of its own: the one before it must not stay or go by that.
    stays: () => sql`t.key <> ${CLEANED} AND NOT EXISTS (
      SELECT 1 FROM parity."SettingChange" later WHERE later.key = t.key AND later.id > t.id)`,
  },
  Alert: { at: sql`t."resolvedAt"`, id: sql`t.id`, idType: "bigint" },
  StripeRequestCount: { at: sql`t.day::timestamptz`, id: sql`t.endpoint`, idType: "text" },
  CheckoutAttempt: { at: sql`t."updatedAt"`, id: sql`t."userId"`, idType: "text" },
  RateLimitCounter: { at: sql`t."windowStart"`, id: sql`t.key`, idType: "text" },
  StaffSession: expires,
  StaffVerification: expires,
  StaffInvitation: expires,
  StaffRateLimit: { at: sql`to_timestamp(t."lastRequest" / 1000.0)`, id: sql`t.id`, idType: "text" },
  SignInLimit: {
    ...{ at: sql`t."updatedAt"`, id: sql`t.key`, idType: "text" },
    among: sql`t."nextAttemptAt" < now()`,
  },
  EndedCustomerSession: expires,
};

export const tableSql = (name: WalkedName): Sql => raw(`parity."${name}"`);

/** SQL on `t`: the row is removed at this moment, being older than `cut`. */
export const isRemovable = (name: WalkedName, cut: Sql): Sql => {
  const { at, among = sql`true`, stays } = AGED_ROWS[name];
  return sql`(${among} AND ${at} < ${cut} AND NOT (${stays?.(cut) ?? sql`false`}))`;
};

/** Whether the rows of this table go one by one, each by its own age. */
export const isWalkedName = (name: AgedName): name is WalkedName => Object.hasOwn(AGED_ROWS, name);

import { z } from "zod";
import { loadSettings } from "~/engine/account/settings.server";
import type { Database } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { readDatabaseTime } from "~/platform/versions.server";
import { type AgedName, TABLES } from "./catalogue";

/** Until when the rows of each table go: the same in a whole cleaning, by the database's clock. */
export type Cuts = {
  /** NULL: none of them goes. */
  before: (name: AgedName) => Sql;
  isAuditCleaned: boolean;
  /** The audit has a life, and a day must pass first since that was set. */
  auditWaits: boolean;
};

const releasedRow = z.object({ isReleased: z.boolean() });
/** What the trigger of the audit asks, too (parity.may_clean_audit): until then a mistake can be taken back. */
const RELEASED = sql`SELECT EXISTS (SELECT 1 FROM parity."Setting"
  WHERE key = 'keepAuditDays' AND "updatedAt" < now() - interval '1 day') AS "isReleased"`;

/** Reads the lives that are set. */
export async function readCuts(db: Database): Promise<Cuts> {
  const [settings, now, { isReleased }] = await Promise.all([
    loadSettings(db),
    readDatabaseTime(db),
    queryOneOrThrow(db, releasedRow, RELEASED),
  ]);
  const isAuditSet = settings.keepAuditDays !== null;
  const countDays = (name: AgedName): number | null => {
    const { life } = TABLES[name];
    if (typeof life === "number") return life;
    return life === "keepAuditDays" && !isReleased ? null : settings[life];
  };
  return {
    before: (name) => sql`(to_timestamp(${now}::float8) - make_interval(days => ${countDays(name)}::int))`,
    isAuditCleaned: isAuditSet && isReleased,
    auditWaits: isAuditSet && !isReleased,
  };
}

import type { Actor } from "~/engine/account/actor";
import type { Database, Tx } from "~/platform/client.server";
import type { Sql } from "~/platform/sql.server";
import { CLEANED } from "./aged-rows.server";
import type { Cuts } from "./cuts.server";
import { type RunPage, type Work, walkTable } from "./walk.server";

/**
 * Removes what is older than the audit is kept. The only way there is: the triggers of the three tables let a row go in a
 * transaction that says so, and only where the setting allows it for the row's age. The first one that goes leaves an entry in
 * the audit, in the same transaction. True when it came to the end.
 */
export async function cleanAudit(work: Work, cuts: Cuts, actor: Actor): Promise<boolean> {
  if (!cuts.isAuditCleaned) return true;
  let isRecorded = false;
  const runPage: RunPage = async (page) => {
    const done = await work.db.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT set_config('parity.cleans_audit', 'on', true)`;
      const cleaned = await page(tx);
      if (cleaned.removed > 0 && !isRecorded) await record(tx, cuts.before("Change"), actor);
      return cleaned;
    });
    isRecorded ||= done.removed > 0;
    return done;
  };
  for (const name of ["Decision", "Change", "SettingChange"] as const)
    if (!(await walkTable(work, name, cuts.before(name), runPage))) return false;
  return true;
}

async function record(tx: Database | Tx, cut: Sql, { kind, id }: Actor): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO parity."SettingChange" (key, before, after, actor)
    VALUES (${CLEANED}, NULL, to_jsonb('what was written before ' || to_char(${cut} AT TIME ZONE 'UTC', 'YYYY-MM-DD')),
      ${`${kind}:${id ?? ""}`})`;
}

import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { savePlan } from "./price-mappings.server";
import { saveSettings } from "./settings.server";
import { formatSetting, isSettingKey, parseSettings, readStoredSettings } from "./settings-catalogue.server";

export type Restored =
  | { ok: true }
  /** A plan that was new cannot be set to what it was. */
  | { ok: false; reason: "nothing_before" }
  /** Who changed it since, and when. */
  | { ok: false; reason: "changed"; actor: string; at: Date };

const latestRow = z.object({
  id: z.bigint(),
  actor: z.string(),
  createdAt: z.date(),
  before: z.unknown(),
  /** Nothing was stored: the default stood. */
  isUnset: z.boolean(),
});
const storedPlan = z.object({ name: z.string(), seats: z.number() });

/** Sets what a row of `SettingChange` changed to what it was before, while it is the newest one of its key. */
export async function restoreSetting(
  db: Database,
  change: { id: bigint; key: string },
  audit: { actor: string; reason: string },
): Promise<Restored> {
  const { key } = change;
  return db.$transaction(async (tx): Promise<Restored> => {
    // Another change of the same waits for this one, or this one for it.
    await tx.$executeRaw`SELECT 1 FROM parity."Setting" WHERE key = ${key} FOR UPDATE`;
    await tx.$executeRaw`SELECT 1 FROM parity."Plan" WHERE ${key} = 'plan:' || id FOR UPDATE`;
    const { id, actor, createdAt, before, isUnset } = await queryOneOrThrow(
      tx,
      latestRow,
      sql`SELECT id, actor, "createdAt", before, before IS NULL AS "isUnset" FROM parity."SettingChange" WHERE key = ${key} ORDER BY id DESC LIMIT 1`,
    );
    if (id !== change.id) return { ok: false, reason: "changed", actor, at: createdAt };
    if (!isSettingKey(key)) {
      const plan = storedPlan.safeParse(before);
      if (!plan.success) return { ok: false, reason: "nothing_before" };
      await savePlan(tx, { id: key.slice("plan:".length), ...plan.data }, audit);
      return { ok: true };
    }
    const value = readStoredSettings(isUnset ? new Map() : new Map([[key, before]]))[key];
    const parsed = parseSettings({ [key]: formatSetting(value) });
    if (!parsed.ok) throw new Error(`A stored value of ${key} is not valid`);
    await saveSettings(tx, parsed.change, audit.actor, audit.reason);
    return { ok: true };
  });
}

import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { type SavedSetting, saveSettings } from "./settings.server";
import {
  formatSetting,
  parseSettings,
  readStoredSettings,
  type SettingKey,
} from "./settings-catalogue.server";

export type Restored =
  | { ok: true; saved: SavedSetting[] }
  /** Who changed it since, and when. */
  | { ok: false; actor: string; at: Date };

const latestRow = z.object({
  id: z.bigint(),
  actor: z.string(),
  createdAt: z.date(),
  before: z.unknown(),
  /** Nothing was stored: the default stood. */
  isUnset: z.boolean(),
});

/** Sets what a row of `SettingChange` changed to what it was before, while it is the newest one of its key. */
export async function restoreSetting(
  db: Database,
  change: { id: bigint; key: SettingKey },
  audit: { actor: string; reason: string },
): Promise<Restored> {
  const { key } = change;
  return db.$transaction(async (tx): Promise<Restored> => {
    // Another change of the same waits for this one, or this one for it.
    await tx.$executeRaw`SELECT 1 FROM parity."Setting" WHERE key = ${key} FOR UPDATE`;
    const { id, actor, createdAt, before, isUnset } = await queryOneOrThrow(
      tx,
      latestRow,
      sql`SELECT id, actor, "createdAt", before, before IS NULL AS "isUnset" FROM parity."SettingChange" WHERE key = ${key} ORDER BY id DESC LIMIT 1`,
    );
    if (id !== change.id) return { ok: false, actor, at: createdAt };
    const value = readStoredSettings(isUnset ? new Map() : new Map([[key, before]]))[key];
    const parsed = parseSettings({ [key]: formatSetting(value) });
    if (!parsed.ok) throw new Error(`A stored value of ${key} is not valid`);
    return { ok: true, saved: await saveSettings(tx, parsed.change, audit.actor, audit.reason) };
  });
}

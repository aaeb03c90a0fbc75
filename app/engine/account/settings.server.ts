import { z } from "zod";
import type { RecordFields } from "~/billing/fields";
import { type Policy, WRITE_MODES, type WriteMode } from "~/billing/policy";
import type { Database, Tx } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import { maskText } from "~/platform/mask.server";
import { queryOneOrThrow, queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { type Application, findApplication, selectInstalled } from "./application.server";
import { checkSettings, readStoredSettings, type SettingValues } from "./settings-catalogue.server";

/** The Stripe account that this database belongs to. */
export type Binding = { accountId: string; livemode: boolean; boundAt: number };

/** All settings, with some of them also in the groups that the engine uses. */
export type Settings = SettingValues & {
  policy: Policy;
  /** The fields that the application records. */
  fields: RecordFields;
  /** Its tables may hold more of a subscription than the record does. */
  keepsSubscriptions: boolean;
  /** Changes whenever a mapping is installed. */
  mappingVersion: string;
  /** At most max(minimum, percent of the users with access) automatic revocations in 24 hours. */
  revocationLimit: { percent: number; minimum: number; policy: Policy };
  /** Null: the database belongs to no account yet. */
  binding: Binding | null;
};

const storedBinding = z
  .object({ accountId: z.string(), livemode: z.boolean(), boundAt: z.number() })
  .nullable()
  .default(null);

/** SQL: what `readSettings` reads, as columns of a row of `storedSettings`. */
export const selectSettings = sql`
  (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM parity."Setting") AS settings, ${selectInstalled} AS installed`;

/** What is stored of the settings, and which mapping is installed. */
export const storedSettings = z.object({
  settings: z.record(z.string(), z.unknown()),
  installed: z.string().nullable(),
});

/** Reads all settings; a setting that is not stored has its default. */
export const loadSettings = async (db: Database | Tx): Promise<Settings> =>
  readSettings(db, await queryOneOrThrow(db, storedSettings, sql`SELECT ${selectSettings}`));

/** The settings that a statement selected by `selectSettings`. */
export async function readSettings(
  db: Database | Tx,
  { settings, installed }: z.infer<typeof storedSettings>,
): Promise<Settings> {
  const application: Application = await findApplication(db, installed);
  const stored = new Map(Object.entries(settings));
  const values = readStoredSettings(stored);
  const { graceDays, noPlanWord, revocationLimitPercent, revocationLimitMinimum } = values;
  const policy: Policy = {
    graceDays,
    noPlanWord: application.noPlanWord ?? noPlanWord,
    vocabulary: application.vocabulary,
  };
  return {
    ...values,
    policy,
    fields: application.fields,
    keepsSubscriptions: application.keepsSubscriptions,
    mappingVersion: application.mappingVersion,
    revocationLimit: { percent: revocationLimitPercent, minimum: revocationLimitMinimum, policy },
    binding: storedBinding.parse(stored.get("binding")),
  };
}

/** Binds the database to a Stripe account unless it is bound already; returns the account that it is bound to. */
export async function bindOnce(db: Database, binding: Binding): Promise<Binding> {
  const text = JSON.stringify(binding);
  await db.$executeRaw`
    WITH bound AS (
      INSERT INTO parity."Setting" (key, value, "updatedBy") VALUES ('binding', ${text}::jsonb, 'first use')
      ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE parity."Setting".value = 'null'::jsonb
      RETURNING key, value
    )
    INSERT INTO parity."SettingChange" (key, before, after, actor) SELECT key, NULL, value, 'first use' FROM bound`;
  return (await loadSettings(db)).binding ?? binding;
}

const readWriteMode = (value: unknown): WriteMode => z.enum(WRITE_MODES).parse(value);

/**
 * What only the write mode stood in the way of is not called blocked by it any more, nor a revocation that waits for an admin; the next
 * run decides anew. What a stricter mode stands in the way of, that run says.
 */
async function liftBlocks(tx: Database | Tx, mode: WriteMode): Promise<void> {
  if (mode === "off") return;
  const lifted = mode === "full" ? ["writes_off", "grant_only"] : ["writes_off"];
  await tx.$executeRaw`
    UPDATE parity."SyncStatus" SET blocked = NULL, flags = array_remove(flags, 'not_revoked')
    WHERE "userId" IN (
      -- What a run evaluates at this moment it saves with the mode that it finds.
      SELECT "userId" FROM parity."SyncStatus" WHERE blocked = ANY(${lifted}::text[]) FOR UPDATE SKIP LOCKED)`;
}

const savedRow = z.object({ key: z.string(), before: z.unknown(), after: z.unknown() });

/** A setting that was changed; `before` is null where the default stood. */
export type SavedSetting = z.output<typeof savedRow>;

/** A line in the log for each setting that was changed; who may write records has a line of its own. */
export function reportSettings(log: Log, saved: readonly SavedSetting[], by: string): void {
  for (const { key, before, after } of saved)
    log.info({ key, before, after, by }, key === "writeMode" ? "write mode changed" : "setting changed");
}

/**
 * Stores settings and an audit entry for each change, in one transaction: in that of the caller, where it has one. Throws a
 * ZodError on an invalid value. What was changed.
 */
export async function saveSettings(
  db: Database | Tx,
  change: Partial<SettingValues>,
  actor: string,
  reason: string | null = null,
): Promise<SavedSetting[]> {
  const wanted = checkSettings(change);
  const save = async (tx: Database | Tx) => {
    const saved: SavedSetting[] = [];
    for (const [key, value] of wanted) {
      const text = JSON.stringify(value);
      const changes = await queryRows(
        tx,
        savedRow,
        sql`
        WITH before AS (SELECT value FROM parity."Setting" WHERE key = ${key} FOR UPDATE)
        INSERT INTO parity."SettingChange" (key, before, after, actor, reason)
        SELECT ${key}, (SELECT value FROM before), ${text}::jsonb, ${actor}, ${reason && maskText(reason)}::text
        WHERE (SELECT value FROM before) IS DISTINCT FROM ${text}::jsonb
        RETURNING key, before, after`,
      );
      saved.push(...changes);
      if (key === "writeMode" && changes.length > 0) await liftBlocks(tx, readWriteMode(value));
      await tx.$executeRaw`
        INSERT INTO parity."Setting" AS s (key, value, "updatedBy") VALUES (${key}, ${text}::jsonb, ${actor})
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedBy" = excluded."updatedBy", "updatedAt" = now()
        WHERE s.value IS DISTINCT FROM excluded.value`;
    }
    return saved;
  };
  return "$transaction" in db ? db.$transaction(save) : save(db);
}

import { z } from "zod";
import { DEFAULT_POLICY, type Policy, WRITE_MODES, type WriteMode } from "~/billing/policy";
import { readSupportContact } from "~/billing/words/support-contact";
import type { Database, Tx } from "~/platform/client.server";

/** The Stripe account that this database belongs to. */
export type Binding = { accountId: string; livemode: boolean; boundAt: number };

export type Settings = {
  writeMode: WriteMode;
  policy: Policy;
  /** At most max(minimum, percent of the users with access) automatic revocations in 24 hours. */
  revocationLimit: { percent: number; minimum: number };
  /** Hour of the day (UTC) after which the scheduler reads everything once; null: only when it must. */
  fullRunHour: number | null;
  /** So many customers, those not read for longest, are read by each tick though nothing says that they changed. */
  recheckPerRun: number;
  /** Reads in 30 days that Stripe includes; null: nobody has said. */
  readAllocation: number | null;
  /** Where customers write to, as typed; null when they are not told. */
  supportContact: string | null;
  binding: Binding | null;
};

const stored = z.object({
  writeMode: z.enum(WRITE_MODES).optional(),
  graceDays: z.number().int().min(0).max(365).optional(),
  noPlanWord: z.string().min(1).nullable().optional(),
  revocationLimitPercent: z.number().min(0).max(100).optional(),
  revocationLimitMinimum: z.number().int().min(0).optional(),
  fullRunHour: z.number().int().min(0).max(23).nullable().optional(),
  recheckPerRun: z.number().int().min(0).max(1_000).optional(),
  readAllocation: z.number().int().min(1).nullable().optional(),
  supportContact: z
    .string()
    .refine((typed) => readSupportContact(typed) !== null)
    .nullable()
    .optional(),
  binding: z
    .object({ accountId: z.string(), livemode: z.boolean(), boundAt: z.number() })
    .nullable()
    .optional(),
});

const DEFAULT_FULL_RUN_HOUR = 3;

/** Settings as they are stored, one row each; what is absent has its default. */
export type SettingChange = z.infer<typeof stored>;

/**
 * Reads all settings. `writes` that nobody has set is `grant_only`: on a real account nothing is revoked until an
 * admin has seen what would be. The demo sets `full` when it seeds.
 */
export async function loadSettings(db: Database | Tx): Promise<Settings> {
  const rows = await db.setting.findMany();
  const values = stored.parse(Object.fromEntries(rows.map(({ key, value }) => [key, value])));
  return {
    writeMode: values.writeMode ?? "grant_only",
    policy: {
      graceDays: values.graceDays ?? DEFAULT_POLICY.graceDays,
      noPlanWord: values.noPlanWord ?? DEFAULT_POLICY.noPlanWord,
    },
    fullRunHour: values.fullRunHour === undefined ? DEFAULT_FULL_RUN_HOUR : values.fullRunHour,
    revocationLimit: {
      percent: values.revocationLimitPercent ?? 2,
      minimum: values.revocationLimitMinimum ?? 2,
    },
    recheckPerRun: values.recheckPerRun ?? 0,
    readAllocation: values.readAllocation ?? null,
    supportContact: values.supportContact ?? null,
    binding: values.binding ?? null,
  };
}

/** Binds the database to an account when it is bound to none; returns what it then is bound to. */
export async function bindOnce(db: Database, binding: Binding): Promise<Binding> {
  const text = JSON.stringify(binding);
  await db.$executeRaw`
    WITH bound AS (
      INSERT INTO "Setting" (key, value, "updatedBy") VALUES ('binding', ${text}::jsonb, 'first use')
      ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE "Setting".value = 'null'::jsonb
      RETURNING key, value
    )
    INSERT INTO "SettingChange" (key, before, after, actor) SELECT key, NULL, value, 'first use' FROM bound`;
  return (await loadSettings(db)).binding ?? binding;
}

/** Stores settings, each change with who made it, in one transaction. Throws ZodError on a value out of range. */
export async function saveSettings(db: Database, change: SettingChange, actor: string): Promise<void> {
  const wanted = Object.entries(stored.parse(change)).filter(([, value]) => value !== undefined);
  await db.$transaction(async (tx) => {
    for (const [key, value] of wanted) {
      const text = JSON.stringify(value);
      await tx.$executeRaw`
        WITH before AS (SELECT value FROM "Setting" WHERE key = ${key} FOR UPDATE)
        INSERT INTO "SettingChange" (key, before, after, actor)
        SELECT ${key}, (SELECT value FROM before), ${text}::jsonb, ${actor}
        WHERE (SELECT value FROM before) IS DISTINCT FROM ${text}::jsonb`;
      await tx.$executeRaw`
        INSERT INTO "Setting" AS s (key, value, "updatedBy") VALUES (${key}, ${text}::jsonb, ${actor})
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedBy" = excluded."updatedBy", "updatedAt" = now()
        WHERE s.value IS DISTINCT FROM excluded.value`;
    }
  });
}

import type pg from "pg";
import { z } from "zod";
import { reportSettings, type SavedSetting } from "~/engine/account/settings.server";
import { checkSettings, type SettingValues } from "~/engine/account/settings-catalogue.server";
import { readCatalog } from "~/mapping/catalog.server";
import { installBridge } from "~/mapping/install.server";
import type { Mapping } from "~/mapping/mapping.server";
import { parseMapping } from "~/mapping/parse-mapping.server";
import { listMappedPlans, type MappedPrice } from "~/mapping/plans";
import { hasTriggers, installTriggers, removeTriggers } from "~/mapping/triggers/install-triggers.server";
import type { Log } from "~/platform/log.server";
import { checkAdoption } from "./adopt.server";
import type { CheckReport } from "./check/report";

type Client = Pick<pg.ClientBase, "query">;

export type Installed =
  | { outcome: "installed"; report: CheckReport; changes: string[]; isSame: boolean }
  | { outcome: "refused"; report: CheckReport }
  | { outcome: "not_migrated" };

/** Triggers in the application's tables that tell changes at their source: only where they are asked for. */
export type TriggerChoice = "with" | "without" | "as_they_are";

export type InstallAdoptionOptions = {
  actor: string;
  log: Log;
  signal: AbortSignal;
  progress?: (text: string) => void;
  triggers?: TriggerChoice;
};

const storedRow = z.object({ hash: z.string(), mapping: z.unknown(), source: z.string().nullable() });

/**
 * Checks a mapping file and installs it, with its plans and metadata keys, in one transaction with audit entries. A mapping
 * that differs from the installed one turns writing off, until an admin has looked at the preview again.
 */
export async function installAdoption(
  client: Client,
  text: string,
  { actor, log, signal, progress, triggers = "as_they_are" }: InstallAdoptionOptions,
): Promise<Installed> {
  const { rows: tables } = await client.query<{ found: boolean }>(
    `SELECT pg_catalog.to_regclass('parity."Mapping"') IS NOT NULL AS found`,
  );
  if (!tables[0]?.found) return { outcome: "not_migrated" };
  const report = await checkAdoption(client, text, { facts: null, signal, progress });
  const parsed = parseMapping(text);
  if (report.problems > 0 || "problems" in parsed) return { outcome: "refused", report };
  const { document, mapping } = parsed;
  await client.query("BEGIN");
  try {
    await client.query(`LOCK TABLE parity."Mapping" IN EXCLUSIVE MODE`);
    const before = await readStored(client);
    await installBridge(client, { document, source: text, installedBy: actor });
    const after = await readStored(client);
    const plans = await installPlans(client, mapping, actor);
    const isSame = before?.hash === after?.hash && before?.source !== null;
    const settings = {
      metadataKeys: mapping.metadataKeys.join(","),
      ...(!isSame && { writeMode: "off" as const }),
    };
    const saved = await setSettings(client, settings, actor);
    const changes = [...plans, ...saved.map(({ key, after }) => `setting ${key}: ${JSON.stringify(after)}`)];
    if (!isSame) {
      await recordChange(client, { key: "mapping", before: before?.mapping ?? null, after: document, actor });
    }
    changes.push(...(await changeTriggers(client, mapping, triggers)));
    await client.query("COMMIT");
    reportSettings(log, saved, actor);
    return { outcome: "installed", report, changes, isSame };
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

/** Triggers that are there are made anew, as the mapping is another one. */
async function changeTriggers(client: Client, mapping: Mapping, choice: TriggerChoice): Promise<string[]> {
  if (choice === "without") {
    const removed = await removeTriggers(client);
    return removed.map((table) => `triggers removed from ${table}`);
  }
  if (choice === "as_they_are" && !(await hasTriggers(client))) return [];
  const { watched, left } = await installTriggers(client, {
    mapping,
    catalog: await readCatalog(client, mapping),
  });
  return [
    ...watched.map((table) => `triggers in ${table}: its changes are told at once`),
    ...left.map((reason) => `no trigger in ${reason}`),
  ];
}

async function readStored(client: Client): Promise<z.output<typeof storedRow> | undefined> {
  const { rows } = await client.query<unknown[]>(
    `SELECT hash, mapping, source FROM parity."Mapping" WHERE id = 1`,
  );
  return z.array(storedRow).parse(rows)[0];
}

type Change = { key: string; before: unknown; after: unknown; actor: string };

async function recordChange(client: Client, { key, before, after, actor }: Change): Promise<void> {
  await client.query(
    `INSERT INTO parity."SettingChange" (key, before, after, actor, reason) VALUES ($1, $2, $3, $4, 'mapping file')`,
    [key, before === null ? null : JSON.stringify(before), JSON.stringify(after), actor],
  );
}

/** Stores settings as every process reads them. @throws ZodError for a value that none could read. */
async function setSettings(
  client: Client,
  values: Partial<SettingValues>,
  actor: string,
): Promise<SavedSetting[]> {
  const saved: SavedSetting[] = [];
  for (const [key, value] of checkSettings(values))
    saved.push(...(await setSetting(client, { key, value, actor })));
  return saved;
}

async function setSetting(
  client: Client,
  { key, value, actor }: { key: string; value: unknown; actor: string },
): Promise<SavedSetting[]> {
  const { rows } = await client.query<{ value: unknown }>(
    `SELECT value FROM parity."Setting" WHERE key = $1 FOR UPDATE`,
    [key],
  );
  const before = rows[0]?.value ?? null;
  if (JSON.stringify(before) === JSON.stringify(value)) return [];
  await client.query(
    `INSERT INTO parity."Setting" AS s (key, value, "updatedBy") VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedBy" = excluded."updatedBy", "updatedAt" = now()`,
    [key, JSON.stringify(value), actor],
  );
  await recordChange(client, { key, before, after: value, actor });
  return [{ key, before, after: value }];
}

const planRow = z.object({ name: z.string(), seats: z.number() });

/** The plans of the file become Parity's plans, by the application's word. Plans that the file does not name stay. */
async function installPlans(client: Client, mapping: Mapping, actor: string): Promise<string[]> {
  const changes: string[] = [];
  const { plans, prices } = listMappedPlans(mapping);
  for (const { id, name, seats } of plans) {
    const wanted = { name, seats };
    const { rows } = await client.query<unknown[]>(`SELECT name, seats FROM parity."Plan" WHERE id = $1`, [
      id,
    ]);
    const before = z.array(planRow).parse(rows)[0] ?? null;
    if (before?.name === name && before.seats === seats) continue;
    await client.query(
      `INSERT INTO parity."Plan" (id, name, seats, "updatedAt") VALUES ($1, $2, $3, now())
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, seats = excluded.seats, "updatedAt" = now()`,
      [id, name, seats],
    );
    await recordChange(client, { key: `plan:${id}`, before, after: wanted, actor });
    changes.push(`plan ${name}`);
  }
  for (const { planId, column, value } of prices) {
    const shown = plans.find(({ id }) => id === planId)?.name ?? planId;
    changes.push(...(await mapPrice(client, { id: planId, shown, column, value, actor })));
  }
  return changes;
}

type PriceMapping = Omit<MappedPrice, "planId"> & { id: string; shown: string; actor: string };

async function mapPrice(
  client: Client,
  { id, shown, column, value, actor }: PriceMapping,
): Promise<string[]> {
  const { rows } = await client.query<{ planId: string | null }>(
    `SELECT "planId" FROM parity."PlanPrice" WHERE "${column}" = $1`,
    [value],
  );
  const [found] = rows;
  if (found?.planId === id) return [];
  await client.query(
    `INSERT INTO parity."PlanPrice" ("planId", "${column}", source) VALUES ($1, $2, 'admin')
     ON CONFLICT ("${column}") DO UPDATE SET "planId" = excluded."planId", source = 'admin'`,
    [id, value],
  );
  const before = found ? (found.planId === null ? "ignored" : { plan: found.planId }) : null;
  await recordChange(client, { key: `${column}:${value}`, before, after: { plan: id }, actor });
  return [`${value} buys ${shown}`];
}

const statusRow = z.object({
  ...{ installedAt: z.date(), installedBy: z.string(), source: z.string().nullable(), hash: z.string() },
});

export type AdoptionStatus =
  | { is: "not_migrated" }
  | { is: "not_mapped" }
  | {
      is: "mapped";
      installedAt: string;
      installedBy: string;
      isDefault: boolean;
      owners: number;
      source: string | null;
    };

/** Which mapping is installed, and how many owners it finds. */
export async function readAdoption(client: Client): Promise<AdoptionStatus> {
  const { rows: tables } = await client.query<{ found: boolean }>(
    `SELECT pg_catalog.to_regclass('parity."Mapping"') IS NOT NULL AS found`,
  );
  if (!tables[0]?.found) return { is: "not_migrated" };
  const { rows } = await client.query<unknown[]>(
    `SELECT "installedAt", "installedBy", source, hash FROM parity."Mapping" WHERE id = 1`,
  );
  const [row] = z.array(statusRow).parse(rows);
  if (!row) return { is: "not_mapped" };
  const { rows: counted } = await client.query<{ owners: number }>(
    `SELECT count(*)::int AS owners FROM parity."User"`,
  );
  return {
    ...{ is: "mapped", installedAt: row.installedAt.toISOString(), installedBy: row.installedBy },
    ...{ isDefault: row.source === null, owners: counted[0]?.owners ?? 0, source: row.source },
  };
}

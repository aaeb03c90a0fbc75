import { z } from "zod";
import type { PolicyContext } from "~/billing/evaluation/evaluate";
import { FIELDS } from "~/billing/fields";
import type { EpochSeconds, Version } from "~/billing/observation";
import { buildCatalogue } from "~/billing/plans";
import type { AccountGuard } from "~/engine/account/account-guard.server";
import { selectCatalogue, storedCatalogue } from "~/engine/account/catalogue.server";
import { type FullRun, selectCursors, storedCursors, toFullRun } from "~/engine/account/cursors.server";
import {
  readSettings,
  type Settings,
  selectSettings,
  storedSettings,
} from "~/engine/account/settings.server";
import type { Database, Tx } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { selectDatabaseTime, selectNextVersion } from "~/platform/versions.server";
import type { StripeReader } from "~/stripe/reader.server";
import type { LoadOptions } from "./snapshots.server";

/** What the use cases are handed. */
export type Deps = {
  db: Database;
  stripe: StripeReader;
  guard: AccountGuard;
  log: Log;
  /** Asks `helpers` other processes to evaluate batches of a run beside this one; perhaps no process comes. */
  callHelp: (runId: string, helpers: number) => Promise<void>;
};

/** What all evaluations of one request or one batch share. */
export type EvaluationContext = {
  settings: Settings;
  /** Plans, policy and time, as the pure rules take them. */
  rules: PolicyContext;
  /** The last complete full run, while events have been followed since; null otherwise. */
  fullRun: FullRun | null;
  now: EpochSeconds;
};

const contextRow = z.object({
  ...storedSettings.shape,
  ...storedCatalogue.shape,
  cursors: storedCursors,
  now: z.number(),
  version: z.number().nullable(),
});

/** Reads settings, plans, the last full run and the database's clock once for a request or a batch, as of one moment. */
export const loadEvaluationContext = async (db: Database | Tx): Promise<EvaluationContext> =>
  (await loadContext(db, sql`NULL`)).context;

/** The same with the next version, for evaluations that will be saved: what is loaded after this was committed before it. */
export async function loadVersionedContext(
  db: Database | Tx,
): Promise<{ context: EvaluationContext; version: Version }> {
  const { context, version } = await loadContext(db, selectNextVersion);
  if (version === null) throw new Error("The sequence gave no version");
  return { context, version };
}

async function loadContext(
  db: Database | Tx,
  selectVersion: Sql,
): Promise<{ context: EvaluationContext; version: Version | null }> {
  const row = await queryOneOrThrow(
    db,
    contextRow,
    sql`SELECT ${selectSettings}, ${selectCatalogue}, ${selectCursors} AS cursors, ${selectDatabaseTime} AS now,
      ${selectVersion} AS version`,
  );
  return { context: toContext(await readSettings(db, row), row), version: row.version };
}

function toContext(settings: Settings, row: z.infer<typeof contextRow>): EvaluationContext {
  const { now } = row;
  return {
    settings,
    fullRun: toFullRun(row.cursors),
    now,
    rules: {
      catalogue: buildCatalogue(row.plans, row.mappings),
      policy: settings.policy,
      now,
      ...(settings.fields === FIELDS ? {} : { fields: settings.fields }),
    },
  };
}

/** How snapshots are loaded in this context. `addressesRead`: the users' addresses were read just now. */
export function loadOptions({ rules, fullRun }: EvaluationContext, addressesRead: boolean): LoadOptions {
  return { catalogue: rules.catalogue, fullRun, addressesRead };
}

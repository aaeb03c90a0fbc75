import type { PolicyContext } from "~/billing/evaluation/evaluate";
import { FIELDS } from "~/billing/fields";
import type { EpochSeconds } from "~/billing/observation";
import type { AccountGuard } from "~/engine/account/account-guard.server";
import { loadCatalogue } from "~/engine/account/catalogue.server";
import { type FullRun, findFullRun } from "~/engine/account/cursors.server";
import { loadSettings, type Settings } from "~/engine/account/settings.server";
import type { Database, Tx } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import { readDatabaseTime } from "~/platform/versions.server";
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

/** Reads settings, plans, the last full run and the database's clock once for a request or a batch. */
export async function loadEvaluationContext(db: Database | Tx): Promise<EvaluationContext> {
  const [settings, catalogue, fullRun, now] = await Promise.all([
    loadSettings(db),
    loadCatalogue(db),
    findFullRun(db),
    readDatabaseTime(db),
  ]);
  return {
    settings,
    fullRun,
    now,
    rules: {
      catalogue,
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

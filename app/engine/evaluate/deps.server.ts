import type { PolicyContext } from "~/billing/evaluation/evaluate";
import type { EpochSeconds } from "~/billing/observation";
import type { AccountGuard } from "~/engine/account/account-guard.server";
import { loadCatalogue } from "~/engine/account/catalogue.server";
import { type FinishedPass, lastPass } from "~/engine/account/cursors.server";
import { loadSettings, type Settings } from "~/engine/account/settings.server";
import type { Database } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import { databaseNow } from "~/platform/stamps.server";
import type { StripeReader } from "~/stripe/reader.server";
import type { LoadOptions } from "./snapshots.server";

/** What the use cases are handed: nothing is reached for. */
export type Deps = {
  db: Database;
  stripe: StripeReader;
  guard: AccountGuard;
  log: Log;
  /** Asks so many other processes to evaluate batches of a run beside this one; nobody may come. */
  callHelp: (runId: string, helpers: number) => Promise<void>;
};

/** What every evaluation of one piece of work shares. */
export type EvaluationContext = {
  settings: Settings;
  context: PolicyContext;
  pass: FinishedPass | null;
  now: EpochSeconds;
};

/** Reads settings, plans, the last pass and the database's clock once for a piece of work. */
export async function loadEvaluationContext(db: Database): Promise<EvaluationContext> {
  const [settings, catalogue, pass, now] = await Promise.all([
    loadSettings(db),
    loadCatalogue(db),
    lastPass(db),
    databaseNow(db),
  ]);
  return { settings, pass, now, context: { catalogue, policy: settings.policy, now } };
}

/** How snapshots are loaded on this ground. `addressesRead`: the users' addresses were read just now. */
export function loadOptions({ context, pass }: EvaluationContext, addressesRead: boolean): LoadOptions {
  return {
    catalogue: context.catalogue,
    passFinished: pass !== null,
    passFinishedAt: pass?.coveredAt ?? null,
    passBeganAt: pass?.beganAt ?? null,
    addressesRead,
  };
}

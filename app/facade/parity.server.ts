import { setTimeout as wait } from "node:timers/promises";
import { createCheckout } from "~/customers/checkout.server";
import { createWorkspaces } from "~/customers/workspaces.server";
import { createActivity } from "~/dashboard/activity/activity.server";
import { recordExport } from "~/dashboard/activity/record-export.server";
import { type AlertTarget, createAlerts } from "~/dashboard/alerts/alerts.server";
import { createBinding } from "~/dashboard/binding/binding.server";
import { createCountCache } from "~/dashboard/count-cache.server";
import { createDecisions } from "~/dashboard/decisions/decisions.server";
import { type DoctorPart, examine } from "~/dashboard/doctor/doctor.server";
import { createFirstRun } from "~/dashboard/first-run/first-run.server";
import { createHealth } from "~/dashboard/health/health.server";
import { createInbox } from "~/dashboard/inbox/inbox.server";
import { createMetrics } from "~/dashboard/metrics/metrics.server";
import { createOverview } from "~/dashboard/overview.server";
import { createPayers } from "~/dashboard/payers/payers.server";
import { createPlans } from "~/dashboard/plans-view.server";
import { createRunPages, type RunPageInput } from "~/dashboard/run-pages.server";
import { createSavedViews } from "~/dashboard/saved-views/saved-views.server";
import { createSelections } from "~/dashboard/selections/selections.server";
import { createSettings } from "~/dashboard/settings-view.server";
import { createUserActions } from "~/dashboard/user-actions.server";
import { createUserPages } from "~/dashboard/user-pages.server";
import { createUsersList } from "~/dashboard/users-list/users-list.server";
import { createAccountGuard } from "~/engine/account/account-guard.server";
import type { Actor } from "~/engine/account/actor";
import type { Deps } from "~/engine/evaluate/deps.server";
import { type ExplainOptions, explainUser } from "~/engine/evaluate/explain.server";
import { deleteIdleJobs } from "~/engine/observe/events.server";
import { createCleaner } from "~/engine/retention/cleaner.server";
import { createRuns } from "~/engine/runs/create-runs.server";
import { addEvaluateJobs } from "~/engine/runs/run-jobs.server";
import { createWebhookEvents } from "~/engine/sync/receive-event.server";
import type { Database } from "~/platform/client.server";
import { createDatabaseMonitor } from "~/platform/database/monitor.server";
import type { DatabaseState } from "~/platform/database/state.server";
import type { Log } from "~/platform/log.server";
import { createSurroundings, type Surroundings } from "~/platform/surroundings/surroundings.server";
import { withTimeout } from "~/platform/with-timeout";
import type { CheckoutClient } from "~/stripe/checkout.server";
import type { StripeReader } from "~/stripe/reader.server";

export type ParityOptions = {
  db: Database;
  stripe: StripeReader;
  /** STRIPE_ACCOUNT_ID; null when it is not set. */
  configuredAccountId: string | null;
  /** The built-in sandbox stands in for Stripe. */
  sandbox: boolean;
  /** What the customer pages ask of Stripe; none without STRIPE_CHECKOUT_KEY. */
  checkout?: CheckoutClient | null;
  /** `whsec_…`; none without STRIPE_WEBHOOK_SECRET. */
  webhookSecret?: string | null;
  /** Where no process stays alive for a worker: how long a webhook's own request may work on it, in milliseconds. */
  settleWithinMs?: number | null;
  /** There: how long a run that staff started is driven behind one answer, in milliseconds. */
  driveMs?: number | null;
  log: Log;
  /** Figures that took long to read are kept for a moment. */
  keepsMetrics?: boolean;
  /** Where alerts go; nowhere unless given. */
  alerts?: AlertTarget;
  /** What this process knows of its database, where its log tells. */
  databaseState?: DatabaseState;
  /** What is around this process, for the doctor. */
  surroundings?: Surroundings;
};

/** Less is not worth beginning. */
const LEAST_CLEANING_MS = 1_000;

/** Everything that routes and the command line may ask for, bound to one database and one Stripe account. */
export type Parity = ReturnType<typeof createParity>;

/** Binds the slices together; what each of them does is documented where it is made. */
export function createParity(options: ParityOptions) {
  const { db, stripe, log, sandbox, webhookSecret: secret = null, settleWithinMs = null } = options;
  const guard = createAccountGuard({ db, stripe, configuredAccountId: options.configuredAccountId, log });
  const callHelp: Deps["callHelp"] = (runId, helpers) => addEvaluateJobs(db, runId, helpers);
  const deps: Deps = { db, stripe, guard, log, callHelp };
  const countCache = createCountCache(db);
  const database = createDatabaseMonitor({ db, state: options.databaseState });
  const { driveMs = null } = options;
  const runs = createRuns(deps, { driveMs });
  const runPages = createRunPages(deps, runs);
  const alerts = createAlerts(deps, options.alerts ?? { webhookUrl: null, appUrl: "" });
  const users = createUsersList({ db, countCache });
  const decisions = createDecisions(deps, { countCache });
  const cleaner = createCleaner(deps);
  const workspace = createWorkspaces(deps);
  const lookAround = (part?: DoctorPart) =>
    examine(
      {
        surroundings: options.surroundings ?? createSurroundings(),
        installed: {
          ...deps,
          database,
          checkout: options.checkout ?? null,
          takesWebhooks: secret !== null,
        },
        ...{ opening: null, log },
      },
      part,
    );
  return {
    ...createOverview(deps, { sandbox, countCache, database }),
    inbox: createInbox({ db, countCache }),
    database,
    ...createUserPages(deps),
    ...createPayers(deps),
    ...createUserActions(deps, { countCache }),
    explainUser: (userId: string, options: ExplainOptions) => explainUser(db, userId, options),
    /** What was found, while nothing was repaired yet. */
    firstRun: createFirstRun({ db, countCache }),
    users,
    selections: createSelections(deps, users, decisions),
    savedViews: createSavedViews(deps),
    runs: {
      ...runs,
      ...runPages,
      async page(input: RunPageInput) {
        const page = await runPages.page(input);
        // Where no process stays alive, a look at a run drives it on.
        if (driveMs !== null && page?.run.state === "running") runs.drive(page.run.id);
        return page;
      },
    },
    workspace,
    alerts,
    events: createWebhookEvents(deps, { secret, settleWithinMs }),
    checkout: createCheckout({ ...deps, client: options.checkout ?? null, wait }),
    settings: createSettings(deps),
    /** Is it the account that the database, and STRIPE_ACCOUNT_ID, say? */
    checkAccount: () => guard.check(),
    /** Looks at everything that can be wrong around Parity, or at a part of it; asks Stripe one cheap question for each permission. */
    examine: lookAround,
    /** Whether it works, the trend, and why records and Stripe come apart. */
    health: createHealth({
      ...{ db, guard, countCache, users, takesWebhooks: secret !== null, staysAlive: driveMs === null },
      examine: () => lookAround("rest"),
    }),
    plans: createPlans(deps),
    /** Everything that was done: repairs, decisions, settings. */
    activity: {
      ...createActivity(deps),
      recordExport: (filters: Readonly<Record<string, string>>, actor: Actor) =>
        recordExport(db, filters, actor),
    },
    /** What staff decide about users, payers, prices and changes. */
    decisions,
    /** Removes what is older than it is kept. */
    cleaner,
    /** Which Stripe account the database belongs to, changed on purpose. */
    binding: createBinding({ ...deps, configuredAccountId: options.configuredAccountId }),
    /** Figures in Prometheus' text format. */
    metrics: createMetrics(deps, { keeps: options.keepsMetrics ?? false, ready: database.check }),
    /**
     * What living processes do by themselves, for a host where none lives: checks that wait, alerts, and once a day the cleaning, as
     * far as the time allows. Called behind a call of the scheduler. Never fails, and takes `checksMs` milliseconds and some seconds
     * at most.
     */
    async catchUp(checksMs: number): Promise<void> {
      const until = performance.now() + checksMs;
      if (driveMs !== null)
        await withTimeout(
          Promise.all([
            workspace.takeRequests().then(() => workspace.makeWaitingChecks(checksMs)),
            deleteIdleJobs(db),
          ]),
          checksMs,
        ).catch((err: unknown) => log.warn({ err }, "waiting checks not made"));
      await alerts.checkAfterCron();
      const leftMs = until - performance.now();
      if (driveMs !== null && leftMs > LEAST_CLEANING_MS)
        await cleaner.cleanIfDue(leftMs).catch((err: unknown) => log.warn({ err }, "old rows not removed"));
    },
    /** Waits for what runs behind the answers that were given: checks, and runs that staff started. */
    async settle(): Promise<void> {
      await Promise.all([workspace.settle(), runs.settle()]);
    },
    /** The process is shutting down: runs end with what is being committed, and are handed over; no more checks begin. */
    stop() {
      runs.stop();
      alerts.stop();
      void workspace.close();
    },
    /** Waits for what runs in the background, or hands it over: leases are released. */
    async close() {
      database.close();
      await runs.close();
      await workspace.close();
    },
  };
}

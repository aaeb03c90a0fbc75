import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { checkVisitor } from "~/customers/check-visitor.server";
import { createCheckout } from "~/customers/checkout.server";
import { customerPageOf } from "~/customers/customer-page.server";
import { createWorkspaceChecks } from "~/customers/workspace-check.server";
import {
  frameCountsOf,
  frameOf,
  overviewCountsOf,
  overviewRunsOf,
  settingsViewOf,
} from "~/dashboard/account-views.server";
import { createCounting } from "~/dashboard/counting.server";
import { metricsText } from "~/dashboard/metrics.server";
import { listRunViews, runPageOf, viewRun } from "~/dashboard/run-pages.server";
import { syncResultOf } from "~/dashboard/sync-message.server";
import { userPageOf, viewUsers } from "~/dashboard/user-pages.server";
import { createUsersList } from "~/dashboard/users-list/users-list.server";
import { createAccountGuard } from "~/engine/account/account-guard.server";
import { saveSettings } from "~/engine/account/settings.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { findUserIds } from "~/engine/evaluate/users.server";
import { DEFAULT_GATES } from "~/engine/observe/checks.server";
import { requestCancel } from "~/engine/repair/runs.server";
import { addEvaluateJobs } from "~/engine/runs/evaluate-jobs.server";
import { workOnBatches } from "~/engine/runs/evaluate-phase.server";
import { createRunDriver } from "~/engine/runs/run-driver.server";
import { stepRun } from "~/engine/runs/run-step.server";
import { beginApply, beginPreview, runScheduled } from "~/engine/runs/whole-account.server";
import { receiveEvent } from "~/engine/sync/receive-event.server";
import { settleCustomer } from "~/engine/sync/settle-customer.server";
import { syncUser } from "~/engine/sync/sync-user.server";
import type { Database } from "~/platform/client.server";
import type { Log } from "~/platform/log.server";
import type { CheckoutClient } from "~/stripe/checkout.server";
import type { StripeReader } from "~/stripe/reader.server";
import type { Actor, Parity } from "./parity.server";

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
  log: Log;
};

/** What a person at a button waits for Stripe at most, and what nobody waits for. Milliseconds. */
const PERSON_WAITS_MS = 10_000;
const BACKGROUND_MS = 20_000;

/** Binds the use cases to one database and one Stripe account. */
export function createParity(options: ParityOptions): Parity {
  const { db, stripe, log, webhookSecret: secret = null, settleWithinMs = null } = options;
  const guard = createAccountGuard({ db, stripe, configuredAccountId: options.configuredAccountId, log });
  const callHelp: Deps["callHelp"] = (runId, helpers) => addEvaluateJobs(db, runId, helpers);
  const deps: Deps = { db, stripe, guard, log, callHelp };
  const counting = createCounting(db);
  const step = (runId: string, budgetMs: number) => stepRun(deps, runId, budgetMs, randomUUID);
  const driver = createRunDriver({
    step,
    log,
    wait: (ms, signal) => wait(ms, undefined, { signal }).catch(() => {}),
  });
  const checks = createWorkspaceChecks({
    db,
    gates: DEFAULT_GATES,
    log,
    sync: (userId) => checkVisitor(deps, userId),
  });
  const sync = (input: { userId: string; actor: Actor; deadlineMs: number; override?: boolean }) =>
    syncUser(deps, {
      ...input,
      apply: true,
      confirmed: input.override === undefined ? null : { override: input.override },
    });

  return {
    users: createUsersList(db, { counting }),
    frame: () => frameOf(deps, options.sandbox),
    frameCounts: () => counting.count("frame", frameCountsOf),
    overview: async () => ({ ...(await overviewRunsOf(deps)), ...(await overviewCountsOf(db)) }),
    overviewRuns: () => overviewRunsOf(deps),
    overviewCounts: () => counting.count("overview", overviewCountsOf),
    views: (userIds) => viewUsers(db, userIds),
    userPage: (userId) => userPageOf(db, userId),
    async findUser(query) {
      const [only, another] = await findUserIds(db, query);
      return another === undefined ? (only ?? null) : null;
    },

    async syncUser({ userId, actor, confirmedRevocation }) {
      const deadlineMs = actor.kind === "staff" ? PERSON_WAITS_MS : BACKGROUND_MS;
      const outcome = await sync({ userId, actor, deadlineMs, override: confirmedRevocation?.override });
      counting.forget();
      if (!outcome) return null;
      const result = syncResultOf(outcome);
      const { outcome: cameTo, verdictAfter } = result;
      log.info({ userId, by: actor.kind, outcome: cameTo, verdictAfter }, "user synced");
      return result;
    },
    async previewUser({ userId, actor }) {
      await syncUser(deps, { userId, actor, apply: false, confirmed: null, deadlineMs: PERSON_WAITS_MS });
      return userPageOf(db, userId);
    },

    runs: {
      preview: async ({ actor, readStripe = false }) =>
        viewRun(db, await beginPreview(deps, { actor, readStripe }, step)),
      async apply(input) {
        const { run, created } = await beginApply(deps, input, step);
        return { run: await viewRun(db, run), joined: !created };
      },
      async step(runId, budgetMs) {
        const done = await step(runId, budgetMs);
        if (!done) throw new Error("There is no such run");
        return viewRun(db, done.run);
      },
      drive: driver.drive,
      cancel: (runId) => requestCancel(db, runId),
      list: ({ limit, before }) => listRunViews(db, limit, before),
      page: (input) => runPageOf(db, input),
      cron: (input) => runScheduled(deps, step, input),
      help: ({ runId, budgetMs }) => {
        const until = performance.now() + budgetMs;
        return workOnBatches(deps, runId, { hasTime: () => performance.now() < until });
      },
    },

    workspace: {
      answer: checks.answer,
      async page(input) {
        const answer = await checks.answer(input);
        return answer && customerPageOf(db, input.userId, answer);
      },
      checkInBackground: checks.checkInBackground,
      ownerOf: checks.ownerOf,
    },

    events: {
      receiveSigned: (body, signature) => receiveEvent(deps, { secret, settleWithinMs }, { body, signature }),
      settle: (signal) => settleCustomer(deps, signal),
    },
    checkout: createCheckout({ ...deps, client: options.checkout ?? null, wait }),

    settings: {
      get: () => settingsViewOf(db),
      async set(change, actor) {
        await saveSettings(db, change, `${actor.kind}:${actor.id ?? ""}`);
        return settingsViewOf(db);
      },
    },

    metrics: () => metricsText(deps),

    async close() {
      await driver.close();
      await checks.close();
    },
  };
}

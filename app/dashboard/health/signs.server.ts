import { pluralize } from "~/billing/words/counts";
import { formatLength } from "~/billing/words/length";
import type { AccountGuard } from "~/engine/account/account-guard.server";
import { listRefusals } from "~/engine/account/stripe-refusals.server";
import { DELIVERY_OUTCOMES, listDeliveries } from "~/engine/observe/webhook-deliveries.server";
import type { Database } from "~/platform/client.server";
import {
  findLastScheduledRun,
  loadQueueState,
  NO_WORKER_NEEDED,
  WAITED_TOO_LONG,
} from "../doctor/checks/running.server";
import type { Level } from "../doctor/groups";
import { type Freshness, loadFreshness } from "../freshness.server";
import { findLastAnswered, findRefused } from "../refused.server";
import { describeRunReason } from "../run-results/run-reason.server";
import { describeStripeFailure } from "../sync-result.server";
import { EMPTY_QUERY, usersPath } from "../users-list/users-query";

/** Whether one part of Parity works, in a sentence, with what to do where it does not. */
export type Sign = {
  id: string;
  title: string;
  level: Level;
  /** A sentence; with `at` it goes on with that time. */
  text: string;
  /** Epoch seconds. */
  at: number | null;
  remedy: string | null;
  /** The list behind it. */
  link: { to: string; label: string } | null;
};

type Found = Omit<Sign, "id" | "title" | "at" | "remedy" | "link"> &
  Partial<Pick<Sign, "at" | "remedy" | "link">>;

type SignDeps = {
  db: Database;
  guard: Pick<AccountGuard, "last">;
  takesWebhooks: boolean;
  staysAlive: boolean;
};

/** What tells whether everything works. Sends no request to Stripe and counts no users, so that a page can wait for it. */
export async function loadSigns({ db, guard, takesWebhooks, staysAlive }: SignDeps): Promise<Sign[]> {
  const freshness = await loadFreshness(db);
  const [openAlerts, run, stripe, webhooks, workers] = await Promise.all([
    db.alert.count({ where: { resolvedAt: null } }),
    findRunSign(db),
    findStripeSign(db, guard),
    findWebhookSign(db, takesWebhooks),
    findWorkerSign(db, staysAlive),
  ]);
  const found: [string, string, Found][] = [
    ["scheduler", "Scheduler", findSchedulerSign(freshness)],
    ["last_run", "Last scheduled run", run],
    ["checked", "Users checked", findCheckedSign(freshness)],
    ["stripe", "Stripe", stripe],
    ["webhooks", "Webhooks", webhooks],
    ["workers", "Workers and queue", workers],
    [
      "alerts",
      "Alerts",
      describeAlerts(openAlerts, workers.level === "ok" || freshness.schedulerTrouble === null),
    ],
  ];
  return found.map(([id, title, sign]) => ({ id, title, at: null, remedy: null, link: null, ...sign }));
}

/** Workers and the scheduler look for alerts: where neither comes, none opens. */
function describeAlerts(open: number, isLookedFor: boolean): Found {
  const link = { to: "/alerts", label: "View alerts" };
  if (open > 0) return { level: "warning", text: `${pluralize(open, "alert is", "alerts are")} open.`, link };
  if (!isLookedFor) return { level: "unknown", text: "Neither a worker nor the scheduler looks for alerts." };
  return { level: "ok", text: "None is open.", link };
}

function findSchedulerSign({ schedulerCalledAt, schedulerTrouble }: Freshness): Found {
  if (schedulerTrouble !== null)
    return {
      level: schedulerCalledAt === null ? "warning" : "problem",
      text: schedulerTrouble,
      remedy: "Let a scheduler call every 10 minutes; see “Deployment” in the README.",
    };
  return { level: "ok", text: "Last called", at: schedulerCalledAt };
}

function findCheckedSign({ observedAt, stale }: Freshness): Found {
  if (observedAt === null)
    return {
      level: "unknown",
      text: "Stripe has not been read completely yet, so nothing is known of users.",
      remedy: "Wait for the first scheduled run, or start a preview that reads Stripe.",
    };
  if (stale !== null) return { level: "problem", text: stale };
  return { level: "ok", text: "All users are known as of", at: observedAt };
}

async function findRunSign(db: Database): Promise<Found> {
  const run = await findLastScheduledRun(db);
  if (run === null) return { level: "unknown", text: "No scheduled run has ended yet." };
  const link = linkRun(run.id);
  const at = run.finishedAt === null ? null : Math.floor(run.finishedAt.getTime() / 1000);
  if (run.state !== "done")
    return {
      level: "problem",
      text: `The last one ended as ${run.state}`,
      at,
      link,
      remedy: describeRunReason(run.reason),
    };
  const left = run.failed + run.notChecked;
  if (left === 0) return { level: "ok", text: "Ended well", at, link };
  return {
    ...{ level: "warning", at, link },
    text: `${pluralize(left, "user was", "users were")} not checked or not repaired in the run that ended`,
  };
}

async function findStripeSign(db: Database, guard: SignDeps["guard"]): Promise<Found> {
  const [refused, refusals, live, failed, answered] = await Promise.all([
    findRefused(db),
    listRefusals(db),
    db.run.findFirst({
      where: { state: "running", reason: { not: null } },
      select: { id: true, reason: true },
    }),
    db.syncStatus.count({ where: { flags: { has: "lookup_failed" } } }),
    findLastAnswered(db),
  ]);
  const checked = guard.last();
  if (checked?.ok === false) return { level: "problem", text: checked.message, remedy: checked.remedy };
  if (refused !== null)
    return {
      level: "problem",
      text: refused.text,
      remedy: "Look at the keys and the account: npm run parity -- doctor",
      link: refused.runId === null ? null : linkRun(refused.runId),
    };
  const words = describeStripeFailure(live?.reason?.split(": ")[0] ?? "");
  if (live && words !== null)
    return {
      level: "problem",
      text: `A run waits for Stripe: ${words}.`,
      remedy: "It goes on by itself. Look at status.stripe.com.",
      link: linkRun(live.id),
    };
  if (failed > 0)
    return {
      level: "warning",
      text: `The last read failed for ${pluralize(failed, "user")}.`,
      link: { to: usersPath(EMPTY_QUERY, { flags: ["lookup_failed"] }), label: "View users" },
    };
  const optional = refusals.filter(({ subject }) => subject !== "account");
  if (optional[0])
    return {
      level: "warning",
      text: `It answers, but refuses ${optional.map(({ name }) => `“${name}”`).join(", ")}, since`,
      at: Math.floor(optional[0].since),
      remedy: optional[0].without,
    };
  if (answered === null) return { level: "unknown", text: "Stripe was not asked by a run yet." };
  return { level: "ok", text: "It answered the last run", at: Math.floor(answered) };
}

const linkRun = (id: string) => ({ to: `/runs/${encodeURIComponent(id)}`, label: "View run" });

const DELIVERY_DAYS = 7;

async function findWebhookSign(db: Database, takesWebhooks: boolean): Promise<Found> {
  if (!takesWebhooks)
    return {
      level: "warning",
      text: "Not set up: payments are found by workspace requests and runs only.",
      remedy: "Add an endpoint in Stripe and set STRIPE_WEBHOOK_SECRET to its signing secret.",
    };
  const deliveries = await listDeliveries(db, DELIVERY_DAYS);
  const [latest] = deliveries;
  if (!latest)
    return {
      level: "warning",
      text: `None arrived in ${DELIVERY_DAYS} days.`,
      remedy: "Check the endpoint in Stripe: its address, and whether it is enabled.",
    };
  const at = Math.floor(latest.lastAt.getTime() / 1000);
  const bad = deliveries.find(({ outcome }) => DELIVERY_OUTCOMES[outcome] !== null);
  if (bad)
    return {
      level: bad === latest ? "problem" : "warning",
      text: `${pluralize(bad.count, "delivery", "deliveries")} in ${DELIVERY_DAYS} days could not be used. The last one came`,
      at: Math.floor(bad.lastAt.getTime() / 1000),
      remedy: DELIVERY_OUTCOMES[bad.outcome],
    };
  const count = deliveries.reduce((sum, one) => sum + one.count, 0);
  return {
    ...{ level: "ok", at },
    text: `${pluralize(count, "delivery", "deliveries")} arrived in ${DELIVERY_DAYS} days, the last one`,
  };
}

async function findWorkerSign(db: Database, staysAlive: boolean): Promise<Found> {
  const { workers, due, oldest, failed } = await loadQueueState(db);
  const alive = `${pluralize(workers, "process takes", "processes take")} jobs`;
  if (workers === 0 && !staysAlive) return { level: "ok", text: NO_WORKER_NEEDED };
  if (workers === 0)
    return {
      level: "warning",
      text: `No process takes jobs now${due === 0 ? "" : `, and ${pluralize(due, "job waits", "jobs wait")}`}.`,
      remedy:
        "Start npm start or npm run worker. Where no process stays alive between requests, the scheduler does this work.",
    };
  if ((oldest ?? 0) > WAITED_TOO_LONG)
    return {
      level: "warning",
      text: `${alive}, too slowly: the oldest waits for ${formatLength(oldest ?? 0)}.`,
      remedy: "Start another npm run worker.",
    };
  if (failed > 0)
    return {
      level: "warning",
      text: `${pluralize(failed, "job")} failed for good; the scheduler does their work.`,
      remedy: "The log says why, in errors from the queue.",
    };
  return {
    level: "ok",
    text: `${alive}. ${due === 0 ? "None waits" : `${pluralize(due, "job")} in the queue`}.`,
  };
}

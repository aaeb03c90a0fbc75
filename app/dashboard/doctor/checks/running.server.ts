import { z } from "zod";
import { formatMoney } from "~/billing/money";
import { pluralize } from "~/billing/words/counts";
import { formatLength } from "~/billing/words/length";
import { loadFreshness } from "~/dashboard/freshness.server";
import { createPlans } from "~/dashboard/plans-view.server";
import { loadSettings } from "~/engine/account/settings.server";
import { findLastCleaning } from "~/engine/retention/cleaning-cursor.server";
import type { Database } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { defineCheck, type Finding, ok, problem, warning } from "../check";

const writeMode = defineCheck({
  id: "write_mode",
  group: "running",
  title: "Repairs",
  needs: "installation",
  async look({ db }) {
    const { writeMode: mode } = await loadSettings(db);
    if (mode === "off")
      return [
        warning(
          "The write mode is off: nothing is repaired.",
          "Look at a preview, then: npm run parity -- settings writeMode grant_only",
        ),
      ];
    return [ok(mode === "full" ? "Write mode full." : "Write mode grant_only: nothing is revoked.")];
  },
});

const scheduler = defineCheck({
  id: "scheduler",
  group: "running",
  title: "Scheduler",
  needs: "installation",
  async look({ db }) {
    const { stale, schedulerTrouble, schedulerCalledAt } = await loadFreshness(db);
    const trouble = stale ?? schedulerTrouble;
    if (trouble !== null)
      return [warning(trouble, "Let a scheduler call every 10 minutes; see “Deployment” in the README.")];
    return [ok(`Last called at ${new Date((schedulerCalledAt ?? 0) * 1000).toISOString()}.`)];
  },
});

/** The last run of a scheduler that has ended; null before there was one. A scheduler never previews. */
export const findLastScheduledRun = (db: Database) =>
  db.run.findFirst({
    where: {
      actorKind: "cron",
      mode: "apply",
      scope: { in: ["full", "incremental"] },
      state: { not: "running" },
    },
    orderBy: { createdAt: "desc" },
    select: {
      id: true,
      scope: true,
      state: true,
      reason: true,
      failed: true,
      notChecked: true,
      finishedAt: true,
    },
  });

const lastRun = defineCheck({
  id: "last_run",
  group: "running",
  title: "Last scheduled run",
  needs: "installation",
  async look({ db }) {
    const run = await findLastScheduledRun(db);
    if (run === null)
      return [
        warning(
          "No scheduled run has ended yet.",
          "Wait for the scheduler, or: npm run parity -- sync --all --read",
        ),
      ];
    const { id, scope, state, reason, failed, notChecked, finishedAt } = run;
    const at = finishedAt === null ? "" : ` at ${finishedAt.toISOString()}`;
    if (state !== "done")
      return [
        problem(
          `The last ${scope} run ended as ${state}${at}${reason === null ? "" : `: ${reason}`}.`,
          `Look at it: npm run parity -- runs ${id}`,
        ),
      ];
    if (failed + notChecked === 0) return [ok(`The last ${scope} run ended well${at}.`)];
    return [
      warning(
        `The last ${scope} run left ${pluralize(failed, "user")} failed and ${notChecked} unchecked.`,
        `Look at it: npm run parity -- runs ${id}`,
      ),
    ];
  },
});

const workRow = z.object({
  workers: z.number(),
  beatAgo: z.number().nullable(),
  due: z.number(),
  oldest: z.number().nullable(),
  failed: z.number(),
});

/** The processes that take jobs, and the jobs that wait. */
export const loadQueueState = (db: Database) => queryOneOrThrow(db, workRow, WORK);

const WORK = sql`
  SELECT (SELECT count(*)::int FROM parity."WorkerProcess" WHERE "heartbeatAt" > now() - interval '60 seconds') AS workers,
    (SELECT extract(epoch FROM now() - max("heartbeatAt"))::float8 FROM parity."WorkerProcess") AS "beatAgo",
    (SELECT count(*)::int FROM parity.jobs WHERE run_at <= now() AND locked_at IS NULL AND attempts < max_attempts) AS due,
    (SELECT extract(epoch FROM now() - min(run_at))::float8 FROM parity.jobs
      WHERE run_at <= now() AND locked_at IS NULL AND attempts < max_attempts) AS oldest,
    (SELECT count(*)::int FROM parity.jobs WHERE attempts >= max_attempts) AS failed`;

/** Of a host where no process lives between requests. */
export const NO_WORKER_NEEDED =
  "No process stays alive between requests here: requests and the scheduler do the work.";

/** A worker takes a job within seconds. */
export const WAITED_TOO_LONG = 120;

const workers = defineCheck({
  id: "workers",
  group: "running",
  title: "Workers and queue",
  needs: "installation",
  async look({ db }, { surroundings }) {
    const { workers: alive, beatAgo, due, oldest, failed } = await loadQueueState(db);
    const queue =
      due === 0
        ? "The queue is empty"
        : `${pluralize(due, "job")} in the queue, the oldest for ${formatLength(oldest ?? 0)}`;
    const found: Finding[] = [];
    if (alive === 0 && !surroundings.staysAlive) found.push(ok(`${NO_WORKER_NEEDED} ${queue}.`));
    else if (alive === 0)
      found.push(
        warning(
          `No process takes jobs${beatAgo === null ? "" : `; the last one did ${formatLength(beatAgo)} ago`}. ${queue}.`,
          "Start npm start or npm run worker. Where no process stays alive between requests, the scheduler does this work.",
        ),
      );
    else if ((oldest ?? 0) > WAITED_TOO_LONG)
      found.push(
        warning(
          `${queue}: ${pluralize(alive, "process takes", "processes take")} jobs, too slowly.`,
          "Start another npm run worker.",
        ),
      );
    else found.push(ok(`${pluralize(alive, "process takes", "processes take")} jobs. ${queue}.`));
    if (failed > 0)
      found.push(
        warning(
          `${pluralize(failed, "job")} failed for good; the scheduler does their work.`,
          "Look into the log for errors from the queue, which say why.",
        ),
      );
    return found;
  },
});

const prices = defineCheck({
  id: "prices",
  group: "plans",
  title: "Plans",
  needs: "installation",
  async look({ db }) {
    const { plans, mappings } = await createPlans({ db }).list();
    const mapped = mappings.filter(({ planId }) => planId !== null);
    const found: Finding[] = [];
    if (mapped.length === 0)
      found.push(
        problem(
          "No price is mapped to a plan: no subscription gives access.",
          "Run: npm run parity -- plans map <price> <plan> --reason …",
        ),
      );
    else found.push(ok(`${pluralize(mapped.length, "price")} mapped to ${pluralize(plans.length, "plan")}.`));
    for (const { id, seats } of plans)
      if (seats > 0 && mapped.length > 0 && !mapped.some(({ planId }) => planId === id))
        found.push(
          warning(
            `The plan ${id} has no price: no subscription can be of this plan.`,
            `Map a price to ${id}: npm run parity -- plans map <price> ${id} --reason …`,
          ),
        );
    return found;
  },
});

const unmapped = defineCheck({
  id: "unmapped",
  group: "plans",
  title: "Unmapped prices",
  needs: "installation",
  async look({ db }) {
    const { unmapped: found } = await createPlans({ db }).list();
    if (found.length === 0) return [ok("Every price that customers pay is mapped or ignored.")];
    return found.map(({ priceId, price, subscriptions, perMonth }) => {
      const money = perMonth.map((one) => `${formatMoney(one.perMonth, one.currency)} per month`);
      return warning(
        `${priceId} (${price}) is mapped to no plan: ${pluralize(subscriptions, "subscription")}${money.length === 0 ? "" : `, ${money.join(", ")}`}.`,
        `Say what it buys: npm run parity -- plans map ${priceId} <plan> --reason …, or plans ignore ${priceId} --reason …`,
      );
    });
  },
});

/** It is due once a day. */
const CLEANED_TOO_LONG_AGO = 2 * 86_400;

const cleaning = defineCheck({
  id: "cleaning",
  group: "running",
  title: "Old rows",
  needs: "installation",
  async look({ db }) {
    const last = await findLastCleaning(db);
    if (last === null)
      return [ok("Not removed yet: a worker, or where none lives the scheduler, does it once a day.")];
    const ago = `${formatLength(last.secondsAgo)} ago`;
    if (last.secondsAgo > CLEANED_TOO_LONG_AGO)
      return [
        warning(
          `Old rows were last removed ${ago}: the database grows.`,
          "Let a worker or a scheduler run, and look into the log for “old rows not removed”. By hand: npm run parity -- clean",
        ),
      ];
    if (last.state === "done") return [ok(`Last removed ${ago}.`)];
    return [ok(`Being removed, in pieces; the last one was ${ago}.`)];
  },
});

export const RUNNING_CHECKS = [writeMode, scheduler, lastRun, workers, cleaning];
export const PLAN_CHECKS = [prices, unmapped];

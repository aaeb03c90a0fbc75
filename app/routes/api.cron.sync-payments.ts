import { z } from "zod";
import type { CronAnswer } from "~/engine/runs/start-runs.server";
import type { Parity } from "~/facade/parity.server";
import { route } from "~/http/route.server";
import { findDatabaseTrouble, formatTrouble } from "~/platform/database/trouble.server";
import { readErrorText } from "~/platform/errors.server";
import type { Log } from "~/platform/log.server";
import { maskText } from "~/platform/mask.server";

const MAX_SECONDS = 300;
const SECONDS = 50;
/** Checks that wait have a little time, also behind a run that used all of its own. Milliseconds. */
const CHECKS_MS = 3_000;

const MOST_REASON = 300;

const search = z.object({
  /** Seconds that this request may work. The next request continues. */
  budget: z.coerce.number().min(1).max(MAX_SECONDS).optional(),
  scope: z.enum(["incremental", "full"]).optional(),
  /** `1`: answers 5xx unless everything succeeded, for schedulers that look at nothing but the status. */
  strict: z.literal("1", { error: "strict=1, or nothing" }).optional(),
  /** The name of `scope` in older crontabs; only `full` was ever set. */
  reach: z.enum(["tick", "full"]).optional(),
});

type Input = {
  parity: Parity;
  log: Log;
  search: z.output<typeof search>;
  context: { environment: { workSeconds?: number | null } };
};

/** Syncs all users, as far as the budget allows. Vercel Cron sends a GET with the secret as bearer token. */
async function syncPayments({
  parity,
  log,
  search: { budget, strict, ...search },
  context,
}: Input): Promise<Response> {
  const started = performance.now();
  const { workSeconds = null } = context.environment;
  // A host that ends the process after a while gives less than was asked for, or more than is usual.
  const budgetMs = 1000 * Math.min(budget ?? workSeconds ?? SECONDS, workSeconds ?? MAX_SECONDS);
  const scope = search.scope ?? (search.reach === "full" ? "full" : "incremental");
  try {
    const answer = await parity.runs.cron({ budgetMs, scope });
    await parity.catchUp(Math.max(CHECKS_MS, started + budgetMs - performance.now()));
    return Response.json(answer, { status: chooseStatus(answer, strict !== undefined) });
  } catch (err) {
    const trouble = findDatabaseTrouble(err);
    if (trouble === null) {
      log.error({ err }, "scheduled run stopped; the request failed");
      const reason = `internal: ${maskText(readErrorText(err)).slice(0, MOST_REASON)}`;
      return Response.json({ success: false, done: false, reason }, { status: 500 });
    }
    log.error({ err }, "scheduled run stopped; the database is not available");
    const answer = { success: false, done: false, reason: formatTrouble(trouble) };
    return Response.json(answer, { status: 503, headers: { "Retry-After": "5" } });
  }
}

/** The run failed, or the account guard rejected it: the scheduler must notice. Strictly also what only needs another call. */
function chooseStatus({ success, done, reason }: CronAnswer, strict: boolean): number {
  if (done && reason !== undefined) return 500;
  return strict && !success ? 503 : 200;
}

export const loader = route.loader({ who: "cron", search }, syncPayments);
export const action = route.action({ who: "cron", search }, syncPayments);

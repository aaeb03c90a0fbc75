import { z } from "zod";
import type { Parity } from "~/facade/parity.server";
import { route } from "~/http/route.server";

const MAX_SECONDS = 300;

const search = z.object({
  /** Seconds that this request may work. The next request continues. */
  budget: z.coerce.number().min(1).max(MAX_SECONDS).default(50),
  scope: z.enum(["incremental", "full"]).optional(),
  /** The name of `scope` in older crontabs; only `full` was ever set. */
  reach: z.enum(["tick", "full"]).optional(),
});

type Input = { parity: Parity; search: z.output<typeof search> };

/** Syncs all users, as far as the budget allows. Vercel Cron sends a GET with the secret as bearer token. */
async function syncPayments({ parity, search: { budget, ...search } }: Input): Promise<Response> {
  const scope = search.scope ?? (search.reach === "full" ? "full" : "incremental");
  const answer = await parity.runs.cron({ budgetMs: budget * 1000, scope });
  // The run failed, or the account guard rejected it: the scheduler must notice.
  const status = answer.done && answer.reason !== undefined ? 500 : 200;
  return Response.json(answer, { status });
}

export const loader = route.loader({ who: "cron", search }, syncPayments);
export const action = route.action({ who: "cron", search }, syncPayments);

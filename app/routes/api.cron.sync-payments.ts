import { z } from "zod";
import type { Parity } from "~/facade/parity.server";
import { route } from "~/http/route.server";

const MOST_SECONDS = 300;

const search = z.object({
  /** Seconds that this request may work; the next one goes on. */
  budget: z.coerce.number().min(1).max(MOST_SECONDS).default(50),
  scope: z.enum(["incremental", "full"]).default("incremental"),
});

type Input = { parity: Parity; search: z.output<typeof search> };

/** Reconciles everybody, as far as the budget goes. What Vercel Cron sends is a GET with the secret as a bearer. */
async function syncPayments({ parity, search: { budget, scope } }: Input): Promise<Response> {
  const answer = await parity.runs.cron({ budgetMs: budget * 1000, scope });
  // The run itself failed, or the account guard refused: the scheduler must notice.
  const status = answer.done && answer.reason !== undefined ? 500 : 200;
  return Response.json(answer, { status });
}

export const loader = route.loader({ who: "cron", search }, syncPayments);
export const action = route.action({ who: "cron", search }, syncPayments);

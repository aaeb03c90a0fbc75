import { describeRefusal } from "~/engine/account/refusal-words";
import { listRefusals } from "~/engine/account/stripe-refusals.server";
import type { Database } from "~/platform/client.server";
import { findLastRun } from "./alerts/findings.server";
import { describeRunReason } from "./run-results/run-reason.server";

/** Why nothing can be checked or repaired. `at` in epoch seconds; `runId`: the run that met it. */
export type Refused = { text: string; at: number; runId: string | null };

/**
 * A refused key, a permission that is needed, or another account; null when nothing is refused. It is told by what is stored, so
 * that a process which never asked Stripe says it too.
 */
export async function findRefused(db: Database): Promise<Refused | null> {
  const needed = (await listRefusals(db)).find(({ isNecessary }) => isNecessary);
  if (needed) return { text: describeRefusal(needed), at: needed.since, runId: null };
  const last = await findLastRun(db);
  if (last?.state !== "failed" || !REFUSED.test(last.reason ?? "")) return null;
  const answered = await findLastAnswered(db);
  if (answered !== null && answered > last.endedAt) return null;
  const text = `The last run was refused: ${describeRunReason(last.reason)}`;
  return { text, at: last.endedAt, runId: last.id };
}

/** What every run meets again, until a person does something. */
const REFUSED = /^(?:wrong_account|unknown_account|unauthorized)\b/;

/** When Stripe last answered a run to its end, also one of one user; null before. Epoch seconds. */
export async function findLastAnswered(db: Database): Promise<number | null> {
  const last = await db.run.findFirst({
    where: { state: "done", stripeRequests: { gt: 0 } },
    orderBy: { createdAt: "desc" },
    select: { finishedAt: true },
  });
  return last?.finishedAt ? last.finishedAt.getTime() / 1000 : null;
}

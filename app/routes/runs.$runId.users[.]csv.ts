import { z } from "zod";
import { formatAmount } from "~/billing/money";
import { listTaken } from "~/billing/words/taken-words";
import type { RunUserView } from "~/dashboard/run-results/run-users.server";
import { createCsvResponse } from "~/http/csv-response.server";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";

const PAGE_LENGTH = 500;

const params = z.object({ runId: z.string().min(1).max(200) });

/** The users of a run as CSV, with what was changed, before and after. */
export const loader = route.loader({ who: "staff", role: "viewer", params }, async ({ params, parity }) => {
  const { runId } = params;
  const first = await parity.runs.page({ runId, limit: PAGE_LENGTH });
  if (!first) throw errorResponse("not_found", { message: "Run not found." });
  async function* generatePieces() {
    for (let page = first; page; ) {
      yield page.users.map(toCells);
      page = page.next ? await parity.runs.page({ runId, after: page.next, limit: PAGE_LENGTH }) : null;
    }
  }
  return createCsvResponse(`run-${runId}.csv`, HEAD, generatePieces());
});

const HEAD = [
  "user id",
  "email",
  "name",
  "verdict",
  "outcome",
  "reason",
  "what happened",
  "access",
  "before",
  "after",
  "amount per month",
  "currency",
  "changed at",
  "typed reason",
];

function toCells(user: RunUserView): string[] {
  const { userId, email, name, verdict, outcome, reason, sentence, changes, money, changedAt } = user;
  const join = (side: "before" | "after") => changes.map((one) => `${one.label}: ${one[side]}`).join(" | ");
  return [
    ...[userId, email, name ?? "", verdict, outcome, reason ?? "", sentence],
    user.revokes
      ? `revoked: ${listTaken(user.taken === null ? [] : [user.taken])}`
      : user.grants
        ? "granted"
        : "",
    ...[join("before"), join("after")],
    money === null ? "" : formatAmount(money.perMonth, money.currency),
    money?.currency.toUpperCase() ?? "",
    changedAt === null ? "" : new Date(changedAt * 1000).toISOString(),
    user.typedReason ?? "",
  ];
}

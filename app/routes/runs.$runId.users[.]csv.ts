import { z } from "zod";
import type { RunUserView } from "~/dashboard/run-pages.server";
import { formatCsvLine } from "~/http/csv-line";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";

const PAGE_LENGTH = 500;

const params = z.object({ runId: z.string().min(1).max(200) });

/** The users of a run as CSV. It is streamed, so that a run of a million users needs the memory of one page. */
export const loader = route.loader({ who: "staff", role: "viewer", params }, async ({ params, parity }) => {
  const { runId } = params;
  const first = await parity.runs.page({ runId, limit: PAGE_LENGTH });
  if (!first) throw errorResponse("not_found", { message: "Run not found." });
  async function* generateLines() {
    yield formatCsvLine(["user id", "email", "name", "verdict", "outcome", "reason", "what happened"]);
    for (let page = first; page; ) {
      yield page.users.map(formatUser).join("");
      page = page.next ? await parity.runs.page({ runId, after: page.next, limit: PAGE_LENGTH }) : null;
    }
  }
  const lines = generateLines();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: async () => void (await lines.return()),
  });
  return new Response(body, {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="run-${runId.replace(/[^\w-]/g, "")}.csv"`,
    },
  });
});

function formatUser({ userId, email, name, verdict, outcome, reason, sentence }: RunUserView): string {
  return formatCsvLine([userId, email, name ?? "", verdict, outcome, reason ?? "", sentence]);
}

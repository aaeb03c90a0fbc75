import { z } from "zod";
import type { RunUserView } from "~/dashboard/views";
import { refusal } from "~/http/errors";
import { route } from "~/http/route.server";

const PAGE_LENGTH = 500;

const params = z.object({ runId: z.string().min(1).max(200) });

/** The users of a run as CSV, in a stream: a run of a million users takes the memory of a page. */
export const loader = route.loader({ who: "staff", role: "viewer", params }, async ({ params, parity }) => {
  const { runId } = params;
  const first = await parity.runs.page({ runId, limit: PAGE_LENGTH });
  if (!first) throw refusal("not_found", { message: "There is no run with this id." });
  async function* lines() {
    yield csvLine(["user id", "e-mail", "name", "verdict", "outcome", "reason", "what happened"]);
    for (let page = first; page; ) {
      yield page.users.map(userLine).join("");
      page = page.next ? await parity.runs.page({ runId, after: page.next, limit: PAGE_LENGTH }) : null;
    }
  }
  const rows = lines();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await rows.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: async () => void (await rows.return()),
  });
  return new Response(body, {
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="run-${runId.replace(/[^\w-]/g, "")}.csv"`,
    },
  });
});

function userLine({ userId, email, name, verdict, outcome, reason, sentence }: RunUserView): string {
  return csvLine([userId, email, name ?? "", verdict, outcome, reason ?? "", sentence]);
}

/** RFC 4180. A cell that a spreadsheet would run as a formula is made a text. */
function csvLine(cells: string[]): string {
  const quoted = cells.map((cell) => {
    const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${quoted.join(",")}\r\n`;
}

import type { Taken } from "~/billing/evaluation/taken";
import { TAKEN_WORDS } from "~/billing/words/taken-words";
import type { ActivityEntry } from "~/dashboard/activity/activity.server";
import { formatCsvLine } from "~/http/csv-line";
import { route } from "~/http/route.server";
import { activitySearch, listUnknown, toActivityQuery } from "../_staff/activity/activity-search.server";

const PAGE_LENGTH = 500;
const HEAD = ["time", "what", "user id", "before and after", "by", "reason", "run", "gives", "takes"];

/** What the filters find, as CSV. It is streamed page by page, and the download itself is in the activity. */
export const loader = route.loader(
  { who: "staff", role: "viewer", search: activitySearch },
  async ({ search, parity, staff, context }) => {
    const { after: _, ...filters } = search;
    const unknown = listUnknown(search, await parity.activity.actors());
    const load = async (after: string) =>
      unknown.length > 0
        ? { entries: [], next: null }
        : parity.activity.list(toActivityQuery({ ...filters, after }, PAGE_LENGTH));
    const first = await load("");
    await parity.activity.recordExport(filters, { kind: "staff", id: staff.id });
    context.log.info({ staffId: staff.id, list: "activity" }, "list exported");
    async function* generateLines() {
      yield formatCsvLine(HEAD);
      for (let page = first; ; page = await load(page.next ?? "")) {
        yield page.entries.map(formatEntry).join("");
        if (page.next === null) return;
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
        "Content-Disposition": 'attachment; filename="activity.csv"',
      },
    });
  },
);

function formatEntry(entry: ActivityEntry): string {
  const { at, title, userId, changes, by, reason, runId, given, taken } = entry;
  const name = (what: Taken | null) => (what === null ? "" : TAKEN_WORDS[what].noun);
  return formatCsvLine([
    ...[new Date(at * 1000).toISOString(), title, userId ?? "", changes.join("; "), by, reason ?? ""],
    ...[runId ?? "", name(given), name(taken)],
  ]);
}

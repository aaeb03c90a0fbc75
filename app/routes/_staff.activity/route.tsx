import { data, type MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import { useState } from "react";
import { z } from "zod";
import type { ActivityEntry } from "~/dashboard/activity/activity.server";
import { ACTIVITY_KINDS } from "~/dashboard/activity/activity.server";
import { route } from "~/http/route.server";
import { Banner } from "~/ui/banner";
import { PageHeader } from "~/ui/page-header";
import { activitySearch, listUnknown, toActivityQuery } from "../_staff/activity/activity-search.server";
import { EntryList } from "../_staff/activity/entry-list";
import { useHasRole } from "../_staff/frame-data";
import { Filters } from "./filters";
import { UndoDialog } from "./undo-dialog";
import { UnknownFilter } from "./unknown-filter";

const PAGE_LENGTH = 50;

export { reloadAfterRefusal as shouldRevalidate } from "~/ui/reach/reload-after-refusal";
export const meta: MetaFunction = () => [{ title: "Activity · Parity" }];

export const loader = route.loader(
  { who: "staff", role: "viewer", search: activitySearch },
  async ({ search, parity }) => {
    const actors = await parity.activity.actors();
    const unknown = listUnknown(search, actors);
    const page =
      unknown.length > 0
        ? { entries: [], next: null }
        : await parity.activity.listForPage(toActivityQuery(search, PAGE_LENGTH));
    const { after: _, ...filters } = search;
    return {
      ...page,
      actors,
      unknown,
      kinds: ACTIVITY_KINDS,
      filters,
      isFirst: search.after === "",
    };
  },
);

const id = z.string().min(1).max(40);
const form = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("undo_change"), id, reason: z.string().max(1000) }),
  z.object({ kind: z.literal("undo_decision"), id, reason: z.string().max(1000) }),
  z.object({ kind: z.literal("undo_setting"), id, reason: z.string().max(1000) }),
]);

/** Takes one change, decision or setting back, for a typed reason. */
export const action = route.action(
  { who: "staff", role: "operator", form },
  async ({ form: { kind, id, reason }, parity, staff, request }) => {
    const by = { actor: { kind: "staff" as const, id: staff.id }, role: staff.role };
    if (kind === "undo_setting") {
      const undone = await parity.activity.undoSetting({ id, reason, by });
      return undone.ok ? data({ done: undone.sentence }) : data({ problem: undone.message }, { status: 400 });
    }
    const decided = await parity.decisions.decide({
      kind,
      input: kind === "undo_change" ? { changeId: id } : { decisionId: id },
      ...{ reason, by },
      signal: request.signal,
    });
    if (decided.ok) return data({ done: `${decided.decision.label}. ${decided.lines.join(" ")}` });
    return data({ problem: decided.message }, { status: 400 });
  },
);

export default function Activity() {
  const { entries, next, actors, kinds, filters, unknown, isFirst } = useLoaderData<typeof loader>();
  const answer = useActionData<{ done?: string; problem?: string }>();
  const canUndo = useHasRole("operator");
  const [undoing, setUndoing] = useState<ActivityEntry | null>(null);
  const search = new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== ""));
  const buildPath = (path: string, after: string | null) => {
    const all = new URLSearchParams(search);
    if (after !== null) all.set("after", after);
    return all.size === 0 ? path : `${path}?${all}`;
  };
  return (
    <>
      <PageHeader
        title="Activity"
        description="Every repair, decision and setting: before and after, who did it, and why."
      >
        <a href={buildPath("/activity.csv", null)} className="rounded text-table text-accent hover:underline">
          Download CSV
        </a>
      </PageHeader>
      <Filters filters={filters} kinds={kinds} actors={actors} />
      {answer && (
        <div className="mt-4">
          <Banner tone={answer.problem ? "critical" : "right"} role={answer.problem ? "alert" : "status"}>
            {answer.problem ?? answer.done}
          </Banner>
        </div>
      )}
      <div className="mt-4 border-t border-line">
        {unknown.length > 0 ? (
          <UnknownFilter unknown={unknown} search={search} />
        ) : (
          <EntryList entries={entries} onUndo={canUndo ? setUndoing : undefined} />
        )}
      </div>
      <p className="flex justify-between py-3 text-table">
        <span>
          {!isFirst && (
            <Link to={buildPath("/activity", null)} className="rounded text-accent hover:underline">
              Newest
            </Link>
          )}
        </span>
        {next && (
          <Link to={buildPath("/activity", next)} className="rounded text-accent hover:underline">
            Earlier
          </Link>
        )}
      </p>
      <UndoDialog entry={undoing} onClose={() => setUndoing(null)} />
    </>
  );
}

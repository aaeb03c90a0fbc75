import { Link } from "@remix-run/react";
import type { RunView } from "~/dashboard/views";
import { EmptyState } from "~/ui/empty-state";
import { Time } from "~/ui/format/time";
import { Shape } from "~/ui/status/shape";
import { toneText } from "~/ui/status/tone";
import { outcomeWords, progressOf, runTitle, STATE_TONES, STATE_WORDS } from "./run-words";

/** Runs, the latest first: what, by whom, and what it came to. */
export function RunList({ runs }: { runs: RunView[] }) {
  if (runs.length === 0)
    return (
      <EmptyState title="There have been no runs yet">
        A preview writes nothing: begin with one on the Users page.
      </EmptyState>
    );
  return (
    <ul className="text-table">
      {runs.map((run) => (
        <li key={run.id} className="border-b border-line">
          <Link
            to={`/runs/${encodeURIComponent(run.id)}`}
            prefetch="intent"
            className="grid gap-x-4 gap-y-0.5 rounded px-1 py-2.5 hover:bg-hover sm:grid-cols-[minmax(0,3fr)_minmax(0,4fr)_minmax(0,3fr)] sm:items-baseline"
          >
            <span className="flex items-center gap-2">
              <span className={toneText[STATE_TONES[run.state]]}>
                <Shape tone={STATE_TONES[run.state]} />
              </span>
              <span className="font-medium">{runTitle(run)}</span>
              {run.state !== "done" && <span className="text-quiet">{STATE_WORDS[run.state]}</span>}
            </span>
            <span className="truncate text-quiet tabular-nums">
              {run.state === "running" ? progressOf(run).words : (run.reason ?? outcomeWords(run))}
            </span>
            <span className="text-quiet sm:text-end">
              {run.by} · <Time at={run.createdAt} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

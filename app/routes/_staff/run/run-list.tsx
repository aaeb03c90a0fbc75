import { Link } from "@remix-run/react";
import type { RunView } from "~/dashboard/run-view.server";
import { EmptyState } from "~/ui/empty-state";
import { Time } from "~/ui/format/time";
import { Shape } from "~/ui/status/shape";
import { toneText } from "~/ui/status/tone";
import { STATE_WORDS } from "~/ui/status/words";
import { describeProgress, formatRunTitle, STATE_TONES, summarizeOutcome } from "./run-words";

/** Runs, the newest first: the type, who started them, and the result. */
export function RunList({ runs }: { runs: RunView[] }) {
  if (runs.length === 0)
    return (
      <EmptyState title="No runs yet">
        Start a preview on the Users page. A preview changes nothing.
      </EmptyState>
    );
  return (
    <ul className="text-table">
      {runs.map((run) => (
        <li key={run.id} className="border-b border-line">
          <Link
            to={`/runs/${encodeURIComponent(run.id)}`}
            prefetch="intent"
            className="grid gap-x-4 gap-y-0.5 rounded px-1 py-2.5 hover:bg-hover sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_minmax(0,2fr)] sm:items-baseline"
          >
            <span className="flex items-center gap-2">
              <span className={toneText[STATE_TONES[run.state]]}>
                <Shape tone={STATE_TONES[run.state]} />
              </span>
              <span className="font-medium">{formatRunTitle(run)}</span>
              {run.state !== "done" && <span className="text-quiet">{STATE_WORDS[run.state]}</span>}
            </span>
            <span className="text-quiet tabular-nums">
              {run.state === "running" ? describeProgress(run).words : (run.reason ?? summarizeOutcome(run))}
            </span>
            <span className="text-quiet sm:text-end">
              {run.by} · <Time at={run.createdAt} isInLink />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

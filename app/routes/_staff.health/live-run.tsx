import { Link } from "@remix-run/react";
import type { RunView } from "~/dashboard/run-view.server";
import { describeProgress, formatRunTitle } from "~/routes/_staff/run/run-words";
import { useLiveRefresh } from "~/routes/_staff/run/use-live-refresh";
import { ProgressBar } from "~/ui/progress-bar";

/** The run that is running now. */
export function LiveRun({ run }: { run: RunView }) {
  useLiveRefresh(true);
  const { done, total, words } = describeProgress(run);
  return (
    <section aria-label="Current run" className="mb-4 rounded border border-line bg-raised p-4">
      <div className="mb-2 flex flex-wrap justify-between gap-x-4 text-table">
        <Link
          to={`/runs/${encodeURIComponent(run.id)}`}
          className="rounded font-medium text-accent hover:underline"
        >
          {formatRunTitle(run)} by {run.by}
        </Link>
        <span className="text-quiet tabular-nums">{words}</span>
      </div>
      <ProgressBar label={formatRunTitle(run)} done={done} total={total} />
    </section>
  );
}

import { Link } from "@remix-run/react";
import type { RunView } from "~/dashboard/views";
import { ProgressBar } from "~/ui/progress-bar";
import { progressOf, runTitle } from "../_staff/run/run-words";
import { useLive } from "../_staff/run/use-live";

/** The run that is going on now. */
export function LiveRun({ run }: { run: RunView }) {
  useLive(true);
  const { done, total, words } = progressOf(run);
  return (
    <section aria-label="Live run" className="mb-4 rounded border border-line bg-raised p-4">
      <div className="mb-2 flex flex-wrap justify-between gap-x-4 text-table">
        <Link
          to={`/runs/${encodeURIComponent(run.id)}`}
          className="rounded font-medium text-accent hover:underline"
        >
          {runTitle(run)} by {run.by}
        </Link>
        <span className="text-quiet tabular-nums">{words}</span>
      </div>
      <ProgressBar label={runTitle(run)} done={done} total={total} />
    </section>
  );
}

import { Link } from "@remix-run/react";
import { ChevronLeft, Download } from "lucide-react";
import { pluralize } from "~/billing/words/counts";
import type { RunView } from "~/dashboard/run-view.server";
import { formatRunTitle, STATE_TONES } from "~/routes/_staff/run/run-words";
import { Banner } from "~/ui/banner";
import { buttonClasses } from "~/ui/button";
import { CopyId } from "~/ui/copy-id";
import { Time } from "~/ui/format/time";
import { Shape } from "~/ui/status/shape";
import { toneSoft } from "~/ui/status/tone";
import { STATE_WORDS } from "~/ui/status/words";

/** The type of a run, who started it, the age of its data, and how it ended. */
export function RunHeader({ run }: { run: RunView }) {
  const path = `/runs/${encodeURIComponent(run.id)}`;
  return (
    <header>
      <Link
        to="/runs"
        className="-ml-1 inline-flex items-center gap-0.5 rounded text-table text-quiet hover:text-ink"
      >
        <ChevronLeft className="size-4" aria-hidden="true" />
        Runs
      </Link>
      <div className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="text-title font-semibold tracking-tight">{run.name ?? formatRunTitle(run)}</h1>
        <span
          className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-1 text-table font-medium ${toneSoft[STATE_TONES[run.state]]}`}
        >
          <Shape tone={STATE_TONES[run.state]} />
          {STATE_WORDS[run.state]}
        </span>
        <a href={`${path}/users.csv`} download className={`${buttonClasses("quiet", "small")} ml-auto`}>
          <Download className="size-3.5" aria-hidden="true" />
          Download CSV
        </a>
      </div>
      <p className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1 text-table text-quiet">
        {run.name !== null && <span>{formatRunTitle(run)}</span>}
        <span>
          {run.by} · <Time at={run.createdAt} />
        </span>
        {run.finishedAt !== null && <span>Duration: {formatDuration(run.finishedAt - run.createdAt)}</span>}
        <span>{pluralize(run.stripeRequests, "Stripe request")}</span>
        <span>
          {run.evaluatedFrom === null ? (
            "Stripe has not been fully read yet"
          ) : (
            <>
              Stripe data from <Time at={run.evaluatedFrom} />
            </>
          )}
        </span>
        {run.previewRunId && (
          <Link
            to={`/runs/${encodeURIComponent(run.previewRunId)}`}
            className="rounded text-accent hover:underline"
          >
            View preview
          </Link>
        )}
        {run.undoesRunId && (
          <Link
            to={`/runs/${encodeURIComponent(run.undoesRunId)}`}
            className="rounded text-accent hover:underline"
          >
            View the run that it takes back
          </Link>
        )}
        <CopyId id={run.id} label="run ID" />
      </p>
      {run.typedReason && <p className="mt-1 text-table text-quiet">Reason: {run.typedReason}</p>}
      {run.reason && run.state !== "done" && (
        <div className="mt-3">
          <Banner tone={run.state === "failed" ? "critical" : "high"}>{run.reason}</Banner>
        </div>
      )}
    </header>
  );
}

function formatDuration(seconds: number): string {
  return seconds < 1
    ? "less than a second"
    : seconds < 90
      ? pluralize(seconds, "second")
      : `${Math.round(seconds / 60)} min`;
}

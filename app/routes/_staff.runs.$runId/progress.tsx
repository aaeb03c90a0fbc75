import { useFetcher } from "@remix-run/react";
import { formatCount, pluralize } from "~/billing/words/counts";
import type { RunView } from "~/dashboard/run-view.server";
import { Button } from "~/ui/button";
import { useNow } from "~/ui/format/now";
import { formatLength } from "~/ui/format/relative-time";
import { ProgressBar } from "~/ui/progress-bar";
import { useHasRole } from "../_staff/frame-data";
import { describeProgress, formatRunTitle } from "../_staff/run/run-words";
import { computePace } from "./run-groups";

/** The progress of a run, its rate and the time left, and the button to cancel it. */
export function Progress({ run }: { run: RunView }) {
  const cancel = useFetcher();
  const canWrite = useHasRole("operator");
  const { seconds: now } = useNow();
  const { done, total, words } = describeProgress(run);
  const pace = computePace(done, total, now - run.createdAt);
  const isCanceling = cancel.state !== "idle" || cancel.data !== undefined;
  return (
    <section aria-label="Progress" className="mt-5 rounded border border-line bg-raised p-4">
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <p className="text-lead font-medium tabular-nums">{words}</p>
        <p className="text-table text-quiet tabular-nums">
          {pace && (
            <>
              {formatCount(Math.max(1, Math.round(pace.perSecond)))} per second ·{" "}
              {formatLength(pace.secondsLeft)} left
            </>
          )}
        </p>
      </div>
      <ProgressBar label={formatRunTitle(run)} done={done} total={total} />
      <div className="mt-3 flex flex-wrap items-center justify-between gap-3">
        <p className={run.failed > 0 ? "text-table text-critical" : "text-table text-quiet"}>
          {run.failed === 0 ? "No errors so far" : `${pluralize(run.failed, "error")} so far`}
        </p>
        {canWrite && (
          <cancel.Form method="post">
            <input type="hidden" name="intent" value="cancel" />
            <Button type="submit" size="small" disabled={isCanceling}>
              {isCanceling ? "Canceling…" : "Cancel run"}
            </Button>
          </cancel.Form>
        )}
      </div>
    </section>
  );
}

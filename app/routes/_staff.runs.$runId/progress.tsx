import { useFetcher } from "@remix-run/react";
import type { RunView } from "~/dashboard/views";
import { Button } from "~/ui/button";
import { useNow } from "~/ui/format/now";
import { formatLength } from "~/ui/format/relative-time";
import { ProgressBar } from "~/ui/progress-bar";
import { formatCount, plural } from "~/ui/status/words";
import { useMay } from "../_staff/frame-data";
import { progressOf, runTitle } from "../_staff/run/run-words";
import { computePace } from "./parts";

/** How far the run has come, how fast it goes, how long it will take, and the way to stop it. */
export function Progress({ run }: { run: RunView }) {
  const cancel = useFetcher();
  const mayWrite = useMay("operator");
  const { seconds: now } = useNow();
  const { done, total, words } = progressOf(run);
  const pace = computePace(done, total, now - run.createdAt);
  const stopping = cancel.state !== "idle" || cancel.data !== undefined;
  return (
    <section aria-label="Progress" className="mt-5 rounded border border-line bg-raised p-4">
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <p className="text-lead font-medium tabular-nums">{words}</p>
        <p className="text-table text-quiet tabular-nums">
          {pace && (
            <>
              {formatCount(Math.max(1, Math.round(pace.perSecond)))} a second ·{" "}
              {formatLength(pace.secondsLeft)} left
            </>
          )}
        </p>
      </div>
      <ProgressBar label={runTitle(run)} done={done} total={total} />
      <div className="mt-3 flex flex-wrap items-center justify-between gap-3">
        <p className={run.failed > 0 ? "text-table text-critical" : "text-table text-quiet"}>
          {run.failed === 0 ? "No errors so far" : `${plural(run.failed, "error")} so far`}
        </p>
        {mayWrite && (
          <cancel.Form method="post">
            <input type="hidden" name="intent" value="cancel" />
            <Button type="submit" size="small" disabled={stopping}>
              {stopping ? "Stopping…" : "Cancel this run"}
            </Button>
          </cancel.Form>
        )}
      </div>
    </section>
  );
}

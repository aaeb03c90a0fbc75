import { Link } from "@remix-run/react";
import type { SyncResult } from "~/dashboard/sync-result.server";
import { OUTCOME_TONES } from "~/routes/_staff/user/use-sync";
import { Shape } from "~/ui/status/shape";
import { toneText } from "~/ui/status/tone";

/** The result of a sync, with each change as before → after. */
export function SyncOutcome({ result }: { result: SyncResult }) {
  const tone = OUTCOME_TONES[result.outcome];
  return (
    <div role="status" className="border-b border-line pb-3">
      <p className="flex items-start gap-2 font-medium">
        <span className={`mt-[5px] ${toneText[tone]}`}>
          <Shape tone={tone} />
        </span>
        {result.message}
      </p>
      {result.changes.length > 0 && (
        <ul className="mt-1.5 space-y-0.5 pl-[18px] text-table tabular-nums">
          {result.changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      )}
      {result.runId && (
        <p className="mt-1.5 pl-[18px] text-table">
          <Link
            to={`/runs/${encodeURIComponent(result.runId)}`}
            className="rounded text-accent hover:underline"
          >
            View run
          </Link>
        </p>
      )}
    </div>
  );
}

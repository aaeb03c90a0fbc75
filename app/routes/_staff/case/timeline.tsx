import { Link } from "@remix-run/react";
import type { TimelineEntry } from "~/dashboard/user-pages.server";
import { Time } from "~/ui/format/time";
import { Section } from "~/ui/section";

/** The changes to this user, when and by which caller, the newest first. */
export function Timeline({ entries }: { entries: TimelineEntry[] }) {
  return (
    <Section title="History">
      {entries.length === 0 ? (
        <p className="py-3 text-table text-quiet">Parity has not changed this user.</p>
      ) : (
        <ol className="text-table">
          {entries.map((entry) => (
            <li
              key={`${entry.at} ${entry.runId ?? ""} ${entry.title}`}
              className="border-b border-line py-2.5"
            >
              <div className="flex flex-wrap items-baseline justify-between gap-x-4">
                <span className="font-medium">
                  {entry.runId ? (
                    <Link
                      to={`/runs/${encodeURIComponent(entry.runId)}`}
                      className="rounded hover:text-accent hover:underline"
                    >
                      {entry.title}
                    </Link>
                  ) : (
                    entry.title
                  )}
                </span>
                <span className="text-quiet">
                  <Time at={entry.at} />
                </span>
              </div>
              {entry.reason !== null && <p className="mt-1 break-words">Reason: {entry.reason}</p>}
              {entry.changes.length > 0 && (
                <ul className="mt-1 text-quiet tabular-nums">
                  {entry.changes.map((change) => (
                    <li key={change}>{change}</li>
                  ))}
                </ul>
              )}
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

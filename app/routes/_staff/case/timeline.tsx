import { Link } from "@remix-run/react";
import { useState } from "react";
import type { TimelineEntry } from "~/dashboard/user-page/timeline.server";
import { useHasRole } from "~/routes/_staff/frame-data";
import { Button } from "~/ui/button";
import { Time } from "~/ui/format/time";
import { Section } from "~/ui/section";
import { Shape } from "~/ui/status/shape";
import { toneText } from "~/ui/status/tone";
import { toUndone, UndoDialog, type UndoneDecision } from "../decide/undo-dialog";

/** What Parity changed and what staff decided, with reasons, the newest first. */
export function Timeline({ entries, userId }: { entries: TimelineEntry[]; userId: string }) {
  const canDecide = useHasRole("operator");
  const [undone, setUndone] = useState<UndoneDecision | null>(null);
  return (
    <Section title="History">
      {entries.length === 0 ? (
        <p className="py-3 text-table text-quiet">Parity has not changed this user.</p>
      ) : (
        <ol className="text-table">
          {entries.map((entry) => (
            <li key={entry.key} className="border-b border-line py-2.5">
              <div className="flex flex-wrap items-baseline justify-between gap-x-4">
                <span className="flex items-center gap-2 font-medium">
                  <span className={toneText[entry.tone]}>
                    <Shape tone={entry.tone} />
                  </span>
                  {entry.runId ? (
                    <Link
                      to={`/runs/${encodeURIComponent(entry.runId)}`}
                      className="inline-flex min-h-6 items-center rounded hover:text-accent hover:underline"
                    >
                      {entry.title}
                    </Link>
                  ) : (
                    entry.title
                  )}
                </span>
                <span className="flex items-baseline gap-3 text-quiet">
                  <Time at={entry.at} as="moment" />
                  {entry.undo && canDecide && (
                    <Button size="small" onClick={() => setUndone(toUndone(entry.undo, entry.title))}>
                      Undo…<span className="sr-only"> {entry.title}</span>
                    </Button>
                  )}
                </span>
              </div>
              {entry.reason !== null && <p className="mt-1 pl-[18px] break-words">“{entry.reason}”</p>}
              {entry.changes.length > 0 && (
                <ul className="mt-1 pl-[18px] text-quiet tabular-nums">
                  {entry.changes.map((change) => (
                    <li key={change}>{change}</li>
                  ))}
                </ul>
              )}
            </li>
          ))}
        </ol>
      )}
      <UndoDialog subject={userId} undone={undone} onClose={() => setUndone(null)} />
    </Section>
  );
}

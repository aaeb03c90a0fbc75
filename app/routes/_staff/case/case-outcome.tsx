import { Link } from "@remix-run/react";
import { useEffect, useRef, useState } from "react";
import type { SyncResult } from "~/dashboard/sync-result.server";
import { useFrameData, useHasRole } from "~/routes/_staff/frame-data";
import { OUTCOME_TONES } from "~/routes/_staff/user/use-sync";
import { useNow } from "~/ui/format/now";
import { Time } from "~/ui/format/time";
import { Shape } from "~/ui/status/shape";
import { type Tone, toneText } from "~/ui/status/tone";
import { toSyncUndo, UndoDialog, type UndoneDecision } from "../decide/undo-dialog";
import type { Outcome } from "./use-case";

/** What the last step did, in its place: before → after, who and when. The focus comes here when its button has gone. */
export function CaseOutcome({ outcome, userId }: { outcome: Outcome; userId: string }) {
  const [undone, setUndone] = useState<UndoneDecision | null>(null);
  const undoable = findUndo(outcome, userId);
  const canUndo = useHasRole("operator");
  const box = useRef<HTMLDivElement>(null);
  const news = outcome.kind === "sync" ? outcome.result : outcome.made;
  const focused = useRef<typeof news | null>(null);
  // After each render: the button goes only when the page was read again, which is later than the outcome.
  useEffect(() => {
    const { activeElement } = document;
    const isLost = activeElement === document.body || activeElement?.id === "main";
    if (!isLost || focused.current === news) return;
    focused.current = news;
    box.current?.focus({ preventScroll: true });
  });
  const { tone, message, changes, runId } = readOutcome(outcome);
  return (
    <div ref={box} tabIndex={-1} role="status" className="border-b border-line pb-3 outline-none">
      <p className="flex items-start gap-2 font-medium">
        <span className={`mt-[5px] ${toneText[tone]}`}>
          <Shape tone={tone} />
        </span>
        {message}
      </p>
      {changes.length > 0 && (
        <ul className="mt-1.5 space-y-0.5 pl-[18px] text-table tabular-nums">
          {changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      )}
      <p className="mt-1.5 flex flex-wrap gap-x-3 pl-[18px] text-table text-quiet">
        <ByNow />
        {runId !== null && (
          <Link to={`/runs/${encodeURIComponent(runId)}`} className="rounded text-accent hover:underline">
            View run
          </Link>
        )}
        {undoable && canUndo && (
          <button
            type="button"
            className="min-h-6 rounded text-accent hover:underline"
            onClick={() => setUndone(undoable)}
          >
            Undo…
          </button>
        )}
      </p>
      <UndoDialog subject={userId} undone={undone} onClose={() => setUndone(null)} />
    </div>
  );
}

/** Who did it, and when. */
function ByNow() {
  const staff = useFrameData()?.staff;
  const { seconds } = useNow();
  const at = useRef(seconds);
  return (
    <span>
      {staff && `by ${staff.name}, `}
      <Time at={at.current} />
    </span>
  );
}

/** What takes the last step back: the decision, or what a sync wrote. */
function findUndo(outcome: Outcome, userId: string): UndoneDecision | null {
  if (outcome.kind === "sync") return toSyncUndo(outcome.result, userId);
  const { decision, sync } = outcome.made;
  const { id, label, undoable } = decision;
  if (undoable) return { kind: "undo_decision", input: { decisionId: id }, name: label };
  // A revocation is what its sync wrote.
  return sync && toSyncUndo(sync, userId);
}

type Read = { tone: Tone; message: string; changes: string[]; runId: string | null };

function readOutcome(outcome: Outcome): Read {
  if (outcome.kind === "sync") {
    const { result } = outcome;
    return { ...result, tone: chooseOutcomeTone(result) };
  }
  const { sentence, sync, lines } = outcome.made;
  if (sync === null) return { tone: "right", message: sentence, changes: lines, runId: null };
  return {
    tone: chooseOutcomeTone(sync),
    message: `${sentence} ${sync.message}`,
    changes: sync.changes,
    runId: sync.runId,
  };
}

/** Access that was taken is never shown with a green tick. */
export const chooseOutcomeTone = (result: SyncResult): Tone =>
  result.outcome === "synced" && result.revoked ? "critical" : OUTCOME_TONES[result.outcome];

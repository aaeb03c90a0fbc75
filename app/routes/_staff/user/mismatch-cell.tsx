import { useState } from "react";
import type { UserRow } from "~/dashboard/user-page/shorten";
import { FlagChip } from "~/ui/status/flag-chip";
import { Shape } from "~/ui/status/shape";
import { toneText } from "~/ui/status/tone";
import { VerdictMark } from "~/ui/status/verdict-mark";
import { toSyncUndo, UndoDialog } from "../decide/undo-dialog";
import { useHasRole } from "../frame-data";
import { OUTCOME_TONES, useSync } from "./use-sync";

/** The verdict and flags, and below them the fields that differ, or what the last sync in this row did. */
export function MismatchCell({ user }: { user: UserRow }) {
  const { result, failure } = useSync(user.userId);
  const undone = result && toSyncUndo(result, user.userId);
  const canUndo = useHasRole("operator");
  const [isUndoing, setUndoing] = useState(false);
  return (
    <>
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <VerdictMark verdict={result?.verdictAfter ?? user.verdict} />
        {user.flags.map((flag) => (
          <FlagChip key={flag} flag={flag} />
        ))}
      </span>
      <span role="status" className="block">
        {failure !== null && <span className="mt-0.5 block text-small text-critical">{failure}</span>}
        {result && (
          <span className="mt-0.5 flex items-start gap-1.5 text-small">
            <span className={`mt-[3px] ${toneText[OUTCOME_TONES[result.outcome]]}`}>
              <Shape tone={OUTCOME_TONES[result.outcome]} />
            </span>
            <span title={result.changes.join(" · ")}>{result.message}</span>
            {undone && canUndo && (
              <button
                type="button"
                className="-my-1 min-h-6 shrink-0 rounded px-1 text-accent hover:underline"
                onClick={() => setUndoing(true)}
              >
                Undo…<span className="sr-only"> {user.name ?? user.email}</span>
              </button>
            )}
          </span>
        )}
      </span>
      {undone && (
        <UndoDialog
          subject={user.userId}
          undone={isUndoing ? undone : null}
          onClose={() => setUndoing(false)}
        />
      )}
      {!result && user.differing.length > 0 && (
        <span className="block truncate text-small text-quiet" title={user.differing.join(", ")}>
          {user.differing.join(", ")}
        </span>
      )}
    </>
  );
}

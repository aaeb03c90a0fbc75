import type { ActivityEntry } from "~/dashboard/activity/activity.server";
import { DecisionDialog } from "./decision-dialog";

/** What is taken back, and what it is called. */
export type UndoneDecision = NonNullable<ActivityEntry["undo"]> & { name: string };

type UndoDialogProps = { userId: string; undone: UndoneDecision | null; onClose: () => void };

/** Takes a decision or a change back, after saying what that does. */
export function UndoDialog({ userId, undone, onClose }: UndoDialogProps) {
  return (
    <DecisionDialog
      kind={undone?.kind ?? null}
      subject={{
        ...{ key: userId, name: undone?.name ?? "", choices: {}, basedOn: null },
        input: readInput(undone),
      }}
      onClose={onClose}
    />
  );
}

function readInput(undone: UndoneDecision | null): Record<string, string> {
  if (undone === null) return {};
  return undone.kind === "undo_change" ? { changeId: undone.changeId } : { decisionId: undone.decisionId };
}

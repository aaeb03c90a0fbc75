import type { ActivityEntry } from "~/dashboard/activity/activity.server";
import type { SyncResult } from "~/dashboard/sync-result.server";
import { DecisionDialog } from "./decision-dialog";

/** What is taken back: what the decision is asked with, and what it is called. */
export type UndoneDecision = {
  kind: "undo_change" | "undo_run" | "undo_decision";
  input: Record<string, string>;
  name: string;
};

/** What takes an entry of the history back. */
export function toUndone(undo: ActivityEntry["undo"], name: string): UndoneDecision | null {
  switch (undo?.kind) {
    case "undo_change":
      return { kind: undo.kind, input: { changeId: undo.changeId }, name };
    case "undo_decision":
      return { kind: undo.kind, input: { decisionId: undo.decisionId }, name };
    default:
      return null;
  }
}

/** What takes back what a sync wrote for a user; null when it wrote nothing. */
export function toSyncUndo(
  { outcome, runId, changes }: Pick<SyncResult, "outcome" | "runId" | "changes">,
  userId: string,
): UndoneDecision | null {
  if (outcome !== "synced" || runId === null || changes.length === 0) return null;
  return { kind: "undo_change", input: { runId, userId }, name: "Sync" };
}

/** `subject` tells what is decided about apart from others: a user, or a run. */
type UndoDialogProps = { subject: string; undone: UndoneDecision | null; onClose: () => void };

/** Takes a decision, a change or a run back, after saying what that does. */
export function UndoDialog({ subject, undone, onClose }: UndoDialogProps) {
  return (
    <DecisionDialog
      kind={undone?.kind ?? null}
      subject={{
        ...{ key: subject, name: undone?.name ?? "", choices: {}, basedOn: null },
        input: undone?.input ?? {},
      }}
      onClose={onClose}
    />
  );
}

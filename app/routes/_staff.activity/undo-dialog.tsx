import { Form, useNavigation } from "@remix-run/react";
import { useEffect, useId, useRef } from "react";
import type { ActivityEntry } from "~/dashboard/activity/activity.server";
import { takesFromUsers } from "~/engine/decisions/effect";
import { Dialog } from "~/ui/dialog/dialog";
import { DialogActions } from "~/ui/dialog/dialog-actions";
import { useCloseWhenDone } from "~/ui/dialog/use-close-when-done";
import { Field } from "~/ui/field";
import { PreviewLines } from "../_staff/decide/preview-lines";
import { toUndone } from "../_staff/decide/undo-dialog";
import { useDecision } from "../_staff/decide/use-decision";

/** Confirms that a change or a decision is taken back, after saying what that does, with a typed reason. */
export function UndoDialog({ entry, onClose }: { entry: ActivityEntry | null; onClose: () => void }) {
  const id = useId();
  const busy = useNavigation().state !== "idle";
  useCloseWhenDone({ isBusy: busy, onClose });
  const undo = entry?.undo;
  const { preview, previewed, isPreviewing } = useDecision(`undo ${entry?.key}`);
  const takesAccess = previewed?.ok === true && takesFromUsers(previewed.effect);
  const ask = useRef(preview);
  ask.current = preview;
  useEffect(() => {
    const undone = entry && toUndone(entry.undo, entry.title);
    if (undone) ask.current({ kind: undone.kind, input: undone.input, reason: "", basedOn: null });
  }, [entry]);
  return (
    <Dialog
      open={entry !== null}
      onClose={onClose}
      title={entry ? `Undo “${entry.title}”?` : ""}
      description={
        <>
          {entry && entry.changes.length > 0 && (
            <ul aria-label="What it changed" className="list-disc pl-5">
              {entry.changes.map((change) => (
                <li key={change}>{change}</li>
              ))}
            </ul>
          )}
          {undo?.kind === "undo_setting" && (
            <p>What was set before is set again, unless it was changed since.</p>
          )}
        </>
      }
    >
      {undo && (
        <Form method="post" className="space-y-4">
          <input type="hidden" name="kind" value={undo.kind} />
          <input type="hidden" name="id" value={readId(undo)} />
          {undo.kind !== "undo_setting" && <PreviewLines preview={previewed} isLoading={isPreviewing} />}
          <Field
            id={`${id}-reason`}
            name="reason"
            label="Reason"
            autoComplete="off"
            maxLength={1000}
            required
          />
          <DialogActions onCancel={onClose} isDangerous={takesAccess} isBusy={busy}>
            Undo
          </DialogActions>
        </Form>
      )}
    </Dialog>
  );
}

function readId(undo: NonNullable<ActivityEntry["undo"]>): string {
  switch (undo.kind) {
    case "undo_change":
      return undo.changeId;
    case "undo_decision":
      return undo.decisionId;
    case "undo_setting":
      return undo.settingChangeId;
  }
}

import { Form, useNavigation } from "@remix-run/react";
import { useEffect, useId, useRef } from "react";
import type { ActivityEntry } from "~/dashboard/activity/activity.server";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog/dialog";
import { Field } from "~/ui/field";

/** Confirms that a change or a decision is taken back, with a typed reason. */
export function UndoDialog({ entry, onClose }: { entry: ActivityEntry | null; onClose: () => void }) {
  const id = useId();
  const busy = useNavigation().state !== "idle";
  const wasBusy = useRef(false);
  useEffect(() => {
    if (wasBusy.current && !busy) onClose();
    wasBusy.current = busy;
  }, [busy, onClose]);
  const undo = entry?.undo;
  return (
    <Dialog
      open={entry !== null}
      onClose={onClose}
      title={entry ? `Undo “${entry.title}”?` : ""}
      description={
        <>
          {entry && entry.changes.length > 0 && (
            <ul>
              {entry.changes.map((change) => (
                <li key={change}>{change}</li>
              ))}
            </ul>
          )}
          <p>
            {undo?.kind === "undo_setting"
              ? "What was set before is set again, unless it was changed since."
              : "What is written now is put back only where nothing has changed since, and what Stripe entitles to now is not taken."}
          </p>
        </>
      }
    >
      {undo && (
        <Form method="post" className="space-y-4">
          <input type="hidden" name="kind" value={undo.kind} />
          <input type="hidden" name="id" value={readId(undo)} />
          <Field
            id={`${id}-reason`}
            name="reason"
            label="Reason"
            autoComplete="off"
            maxLength={1000}
            required
          />
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" variant="danger" disabled={busy} aria-busy={busy}>
              Undo
            </Button>
          </div>
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

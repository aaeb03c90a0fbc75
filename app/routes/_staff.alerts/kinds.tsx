import { Form, useNavigation } from "@remix-run/react";
import { useId, useState } from "react";
import type { AlertMute } from "~/dashboard/alerts/alerts.server";
import { ALERT_KINDS, ALERTS, type AlertKind } from "~/dashboard/alerts/catalogue";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog/dialog";
import { DialogActions } from "~/ui/dialog/dialog-actions";
import { useCloseWhenDone } from "~/ui/dialog/use-close-when-done";
import { Field } from "~/ui/field";
import { Time } from "~/ui/format/time";
import { SelectField } from "~/ui/select-field";
import { MUTE_HOURS } from "./mute-hours";

/** All kinds of alerts, and which of them are muted, with who did it and why. */
export function Kinds({ mutes, canDecide }: { mutes: AlertMute[]; canDecide: boolean }) {
  const [muting, setMuting] = useState<AlertKind | null>(null);
  return (
    <>
      <ul className="text-table">
        {ALERT_KINDS.map((kind) => {
          const mute = mutes.find((one) => one.kind === kind);
          const { label } = ALERTS[kind];
          return (
            <li key={kind} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2">
              <span className="min-w-0 flex-1 basis-64">
                {label}
                {mute && (
                  <span className="block text-quiet">
                    Muted until <Time at={mute.until} as="moment" /> by {mute.by}: {mute.reason}
                  </span>
                )}
              </span>
              {canDecide &&
                (mute ? (
                  <Form method="post">
                    <input type="hidden" name="intent" value="unmute" />
                    <input type="hidden" name="kind" value={kind} />
                    <Button type="submit" size="small" aria-label={`Unmute: ${label}`}>
                      Unmute
                    </Button>
                  </Form>
                ) : (
                  <Button size="small" aria-label={`Mute: ${label}`} onClick={() => setMuting(kind)}>
                    Mute…
                  </Button>
                ))}
            </li>
          );
        })}
      </ul>
      <MuteDialog kind={muting} onClose={() => setMuting(null)} />
    </>
  );
}

function MuteDialog({ kind, onClose }: { kind: AlertKind | null; onClose: () => void }) {
  const id = useId();
  const busy = useNavigation().state !== "idle";
  useCloseWhenDone({ isBusy: busy, onClose });
  return (
    <Dialog
      open={kind !== null}
      onClose={onClose}
      title={kind ? `Mute “${ALERTS[kind].label}”?` : ""}
      description="No messages of this kind are sent until then. What is open stays on this page."
    >
      {kind && (
        <Form method="post" className="space-y-4">
          <input type="hidden" name="intent" value="mute" />
          <input type="hidden" name="kind" value={kind} />
          <SelectField
            id={`${id}-hours`}
            name="hours"
            label="For"
            choices={MUTE_HOURS.map(([hours, words]) => [String(hours), words])}
            defaultValue="24"
          />
          <Field
            id={`${id}-reason`}
            name="reason"
            label="Reason"
            autoComplete="off"
            maxLength={1000}
            required
          />
          <DialogActions onCancel={onClose} isBusy={busy}>
            Mute
          </DialogActions>
        </Form>
      )}
    </Dialog>
  );
}

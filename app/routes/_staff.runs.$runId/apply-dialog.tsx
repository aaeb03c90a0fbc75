import { useFetcher } from "@remix-run/react";
import { useState } from "react";
import { formatCount, pluralize } from "~/billing/words/counts";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog/dialog";
import { Field } from "~/ui/field";
import { CONFIRM_BY_TYPING_ABOVE } from "./run-groups";

type ApplyDialogProps = { open: boolean; onClose: () => void; users: number };

/** Confirms that the repairs of a preview are applied. Above a limit, staff type the number of repairs. */
export function ApplyDialog({ open, onClose, users }: ApplyDialogProps) {
  const fetcher = useFetcher<{ problem: string } | null>();
  const [typed, setTyped] = useState("");
  const busy = fetcher.state !== "idle";
  const mustType = users > CONFIRM_BY_TYPING_ABOVE;
  const ready = !mustType || typed.replace(/[\s,.]/g, "") === String(users);
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Apply ${pluralize(users, "repair")}?`}
      description={
        <p>
          Users that changed after the preview are skipped and listed. Every change is saved in the user’s
          history.
        </p>
      }
    >
      <fetcher.Form method="post" className="space-y-4">
        <input type="hidden" name="intent" value="apply" />
        {mustType && (
          <Field
            id="typed"
            name="typed"
            label={`Type ${formatCount(users)} to confirm`}
            inputMode="numeric"
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
        {fetcher.data?.problem && (
          <p role="alert" className="text-table text-critical">
            {fetcher.data.problem}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={!ready || busy} aria-busy={busy}>
            {busy ? "Starting…" : `Apply ${pluralize(users, "repair")}`}
          </Button>
        </div>
      </fetcher.Form>
    </Dialog>
  );
}

import { useFetcher } from "@remix-run/react";
import { useState } from "react";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog/dialog";
import { Field } from "~/ui/field";
import { formatCount, plural } from "~/ui/status/words";
import { TYPED_ABOVE } from "./parts";

type ApplyDialogProps = { open: boolean; onClose: () => void; users: number };

/** The last word before many users are changed; a large number is typed, so that it has been read. */
export function ApplyDialog({ open, onClose, users }: ApplyDialogProps) {
  const fetcher = useFetcher<{ problem: string } | null>();
  const [typed, setTyped] = useState("");
  const busy = fetcher.state !== "idle";
  const mustType = users > TYPED_ABOVE;
  const ready = !mustType || typed.replace(/[\s,.]/g, "") === String(users);
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Apply ${plural(users, "repair")}?`}
      description={
        <p>
          Each is written only where nothing changed since the preview; the rest is left alone and listed.
          Every change is kept in the history of its user.
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
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" look="primary" disabled={!ready || busy} aria-busy={busy}>
            {busy ? "Starting…" : `Apply ${plural(users, "repair")}`}
          </Button>
        </div>
      </fetcher.Form>
    </Dialog>
  );
}

import { useFetcher } from "@remix-run/react";
import { useId, useState } from "react";
import { formatCount, pluralize } from "~/billing/words/counts";
import { listTaken } from "~/billing/words/taken-words";
import type { ApplyPlan } from "~/dashboard/run-results/run-groups.server";
import { Dialog } from "~/ui/dialog/dialog";
import { DialogActions } from "~/ui/dialog/dialog-actions";
import { Field } from "~/ui/field";
import { PlanSummary } from "./plan-summary";
import { findNumberToType, isNumberTyped } from "./run-groups";

type ApplyDialogProps = { open: boolean; onClose: () => void; plan: ApplyPlan; leftOut: number };

/**
 * Confirms that the repairs of a preview are applied. Where access is taken away, or above a limit, staff type the number; a
 * revocation also needs a reason.
 */
export function ApplyDialog({ open, onClose, plan, leftOut }: ApplyDialogProps) {
  const fetcher = useFetcher<{ problem: string } | null>();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const busy = fetcher.state !== "idle";
  const revokes = plan.revocations.users > 0;
  const number = findNumberToType(plan);
  const ready = isNumberTyped(plan, typed) && (!revokes || reason.trim() !== "");
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Apply ${pluralize(plan.users, "repair")}?`}
      description={
        <>
          <PlanSummary plan={plan} />
          <p className="mt-3">
            {leftOut > 0 && `${pluralize(leftOut, "user is", "users are")} left out. `}
            Users that changed after the preview are skipped and listed. Every change is saved in the user’s
            history.
          </p>
        </>
      }
    >
      <fetcher.Form method="post" className="space-y-4">
        <input type="hidden" name="intent" value="apply" />
        {number !== null && (
          <Field
            id={`${id}-typed`}
            name="typed"
            label={
              revokes
                ? `Type ${formatCount(number)} to confirm: so many users lose ${listTaken(plan.revocations.taken)}`
                : `Type ${formatCount(number)} to confirm`
            }
            inputMode="numeric"
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
        {revokes && (
          <Field
            id={`${id}-reason`}
            name="reason"
            label="Reason"
            hint="It is saved in the history of each of these users."
            autoComplete="off"
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
        <Field
          id={`${id}-name`}
          name="name"
          label="Name of this run (optional)"
          autoComplete="off"
          maxLength={80}
        />
        {fetcher.data?.problem && (
          <p role="alert" className="text-table text-critical">
            {fetcher.data.problem}
          </p>
        )}
        <DialogActions onCancel={onClose} isDangerous={revokes} isIncomplete={!ready} isBusy={busy}>
          {busy ? "Starting…" : `Apply ${pluralize(plan.users, "repair")}`}
        </DialogActions>
      </fetcher.Form>
    </Dialog>
  );
}

import { useId, useState } from "react";
import { formatMoney } from "~/billing/money";
import type { UserPage } from "~/dashboard/user-pages.server";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog/dialog";
import { TextArea } from "~/ui/text-area";

type RemoveAccessDialogProps = {
  page: UserPage;
  open: boolean;
  onClose: () => void;
  onConfirm: (reason: string) => void;
};

/** Says whose access ends and what money is behind it, and asks why, before anything is taken. */
export function RemoveAccessDialog({ page, open, onClose, onConfirm }: RemoveAccessDialogProps) {
  const { user, plannedChanges } = page;
  const name = user.name ?? user.email;
  const id = useId();
  const [reason, setReason] = useState("");
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Remove access of ${name}?`}
      description={
        <>
          <p>{user.sentence}</p>
          <p className="mt-2 font-medium text-critical">{describeLoss(page)}</p>
        </>
      }
    >
      {plannedChanges.length > 0 && (
        <ul className="mb-4 max-h-48 list-disc space-y-0.5 overflow-y-auto pl-5 text-table tabular-nums marker:text-faint">
          {plannedChanges.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <p className="mb-4 text-table text-quiet">
        Stripe is read once more first. Access is removed only if it still says the same.
      </p>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() === "") return;
          onConfirm(reason.trim());
          setReason("");
          onClose();
        }}
      >
        <TextArea
          id={`${id}-reason`}
          label="Reason"
          hint="It is kept with your name in the history."
          rows={2}
          maxLength={1000}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
          required
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="danger" aria-disabled={reason.trim() === ""}>
            Remove access
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Which workspaces, and what is not paid for them. */
function describeLoss({ user: { name, email, database, money } }: UserPage): string {
  const open = database.workspaces.filter(({ status, seats }) => status === "active" && seats > 0);
  const names = open.map((workspace) => workspace.name);
  const what =
    names.length === 0
      ? "access"
      : `access to ${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;
  const unpaid = money ? ` ${formatMoney(money.perMonth, money.currency)} a month is not paid.` : "";
  return `${name ?? email} will lose ${what}.${unpaid}`;
}

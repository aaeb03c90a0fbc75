import { formatMoney } from "~/billing/money";
import type { UserPage } from "~/dashboard/user-pages.server";
import { Button } from "~/ui/button";
import { Dialog } from "~/ui/dialog/dialog";

type RemoveAccessDialogProps = { page: UserPage; open: boolean; onClose: () => void; onConfirm: () => void };

/** Says whose access ends and what money is behind it, before anything is taken. */
export function RemoveAccessDialog({ page, open, onClose, onConfirm }: RemoveAccessDialogProps) {
  const { user, plannedChanges } = page;
  const name = user.name ?? user.email;
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
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          variant="danger"
          onClick={() => {
            onConfirm();
            onClose();
          }}
        >
          Remove access
        </Button>
      </div>
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

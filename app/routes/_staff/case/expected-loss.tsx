import { formatMoney } from "~/billing/money";
import type { UserPage } from "~/dashboard/user-pages.server";

/** Whose access ends, what money is behind it, and what is changed, before anything is taken. */
export function ExpectedLoss({ page }: { page: UserPage }) {
  const { plannedChanges } = page;
  return (
    <>
      <p className="mt-2 font-medium text-critical">{describeLoss(page)}</p>
      {plannedChanges.length > 0 && (
        <ul className="mt-2 max-h-48 list-disc space-y-0.5 overflow-y-auto pl-5 text-table tabular-nums marker:text-faint">
          {plannedChanges.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <p className="mt-2 text-table">
        Stripe is read once more first. Access is removed only if it still says the same.
      </p>
    </>
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

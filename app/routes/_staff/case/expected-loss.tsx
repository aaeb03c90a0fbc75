import { formatMoney } from "~/billing/money";
import { formatCount } from "~/billing/words/counts";
import { TAKEN_WORDS } from "~/billing/words/taken-words";
import type { ShownUserPage } from "~/dashboard/user-page/shorten";

/** What is taken, what money is behind it, and what is changed, before anything is taken. */
export function ExpectedLoss({ page }: { page: ShownUserPage }) {
  const { plannedChanges, unlisted } = page;
  return (
    <>
      <p className="mt-2 font-medium text-critical">{describeLoss(page)}</p>
      {plannedChanges.length > 0 && (
        <ul className="mt-2 max-h-48 list-disc space-y-0.5 overflow-y-auto pl-5 text-table tabular-nums marker:text-faint">
          {plannedChanges.map((line) => (
            <li key={line}>{line}</li>
          ))}
          {unlisted.plannedChanges > 0 && <li>and {formatCount(unlisted.plannedChanges)} more</li>}
        </ul>
      )}
      <p className="mt-2 text-table">
        Stripe is read once more first. Nothing is taken unless it still says the same.
      </p>
    </>
  );
}

/** Which workspaces, and what is not paid for them. */
function describeLoss({ user: { name, email, database, money, taken }, unlisted }: ShownUserPage): string {
  if (taken !== null && taken !== "access") return TAKEN_WORDS[taken].effect(name ?? email);
  const open = database.workspaces.filter(({ status, seats }) => status === "active" && seats > 0);
  const names = open.map((workspace) => workspace.name);
  const rest = unlisted.workspaces > 0 ? database.activeWorkspaces - 3 : names.length - 3;
  const what =
    names.length === 0
      ? "access"
      : `access to ${names.slice(0, 3).join(", ")}${rest > 0 ? ` and ${formatCount(rest)} more` : ""}`;
  const unpaid = money ? ` ${formatMoney(money.perMonth, money.currency)} a month is not paid.` : "";
  return `${name ?? email} will lose ${what}.${unpaid}`;
}

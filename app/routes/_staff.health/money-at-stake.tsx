import { Link } from "@remix-run/react";
import type { Verdict } from "~/billing/verdicts/catalogue";
import { pluralize } from "~/billing/words/counts";
import type { Stake } from "~/dashboard/account-facts.server";
import type { OverviewCounts } from "~/dashboard/overview.server";
import { EMPTY_QUERY, usersPath } from "~/dashboard/users-list/users-query";
import { Money } from "~/ui/format/money";
import { Shape } from "~/ui/status/shape";

/** Money at stake per month, for locked-out users and for unpaid access. Currencies are never added up. */
export function MoneyAtStake({ overview }: { overview: OverviewCounts }) {
  const { lockedOut, leaking, verdicts } = overview;
  const countUsers = (verdict: Verdict) => verdicts.find((count) => count.verdict === verdict)?.users ?? 0;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <MoneyCard
        title="Locked out"
        description={{
          one: "user has paid but has no access",
          many: "users have paid but have no access",
        }}
        emptyText="No locked-out users found."
        verdict="locked_out"
        users={countUsers("locked_out")}
        stakes={lockedOut}
      />
      <MoneyCard
        title="Unpaid access"
        description={{
          one: "user has access without paying",
          many: "users have access without paying",
        }}
        emptyText="No unpaid access found."
        verdict="unpaid_access"
        users={countUsers("unpaid_access")}
        stakes={leaking}
      />
    </div>
  );
}

type MoneyCardProps = {
  title: string;
  /** Follows the number of users. */
  description: { one: string; many: string };
  emptyText: string;
  verdict: Verdict;
  /** Can be more than the amounts cover, because a tiered price has no amount. */
  users: number;
  stakes: Stake[];
};

function MoneyCard({ title, description, emptyText, verdict, users, stakes }: MoneyCardProps) {
  return (
    <section aria-label={title} className="rounded border border-line bg-raised p-4">
      <h2 className="flex items-center gap-1.5 text-table font-medium text-quiet">
        <span className={users > 0 ? "text-critical" : "text-correct"}>
          <Shape tone={users > 0 ? "critical" : "right"} />
        </span>
        {title}
      </h2>
      {users === 0 ? (
        <p className="mt-2 text-text text-quiet">{emptyText}</p>
      ) : (
        <>
          <ul className="mt-2 flex flex-wrap gap-x-6 gap-y-1">
            {stakes.map(({ currency, perMonth }) => (
              <li key={currency}>
                <span className="text-figure font-semibold tracking-tight">
                  <Money amount={perMonth} currency={currency} />
                </span>{" "}
                <span className="text-table text-quiet">per month</span>
              </li>
            ))}
          </ul>
          <p className="mt-1 text-table text-quiet">
            {pluralize(users, description.one, description.many)} ·{" "}
            <Link
              to={usersPath(EMPTY_QUERY, { verdicts: [verdict] })}
              className="rounded font-medium text-accent hover:underline"
            >
              {users === 1 ? "View user" : "View users"}
            </Link>
          </p>
        </>
      )}
    </section>
  );
}

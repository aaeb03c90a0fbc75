import { Link } from "@remix-run/react";
import type { Verdict } from "~/billing/verdicts";
import { EMPTY_QUERY, usersPath } from "~/dashboard/users-list/users-query";
import type { OverviewCounts, Stake } from "~/dashboard/views";
import { Money } from "~/ui/format/money";
import { Shape } from "~/ui/status/shape";
import { plural } from "~/ui/status/words";

/** Money at stake a month: by currency, never summed across; locked out and leaking apart. */
export function Stakes({ overview }: { overview: OverviewCounts }) {
  const { lockedOut, leaking, verdicts } = overview;
  const usersWith = (verdict: Verdict) => verdicts.find((count) => count.verdict === verdict)?.users ?? 0;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <StakeBox
        title="Locked out"
        meaning="have paid and cannot get in"
        calm="Everybody who has paid has access."
        verdict="locked_out"
        users={usersWith("locked_out")}
        stakes={lockedOut}
      />
      <StakeBox
        title="Unpaid access"
        meaning="have access without paying"
        calm="Nobody has access without paying."
        verdict="unpaid_access"
        users={usersWith("unpaid_access")}
        stakes={leaking}
      />
    </div>
  );
}

type StakeBoxProps = {
  title: string;
  meaning: string;
  calm: string;
  verdict: Verdict;
  /** More than the stakes count: a tiered price has no amount. */
  users: number;
  stakes: Stake[];
};

function StakeBox({ title, meaning, calm, verdict, users, stakes }: StakeBoxProps) {
  return (
    <section aria-label={title} className="rounded border border-line bg-raised p-4">
      <h2 className="flex items-center gap-1.5 text-table font-medium text-quiet">
        <span className={users > 0 ? "text-critical" : "text-correct"}>
          <Shape tone={users > 0 ? "critical" : "right"} />
        </span>
        {title}
      </h2>
      {users === 0 ? (
        <p className="mt-2 text-text text-quiet">{calm}</p>
      ) : (
        <>
          <ul className="mt-2 flex flex-wrap gap-x-6 gap-y-1">
            {stakes.map(({ currency, perMonth }) => (
              <li key={currency}>
                <span className="text-figure font-semibold tracking-tight">
                  <Money amount={perMonth} currency={currency} />
                </span>{" "}
                <span className="text-table text-quiet">a month</span>
              </li>
            ))}
          </ul>
          <p className="mt-1 text-table text-quiet">
            {plural(users, "customer")} {users === 1 ? meaning.replace(/^have/, "has") : meaning} ·{" "}
            <Link
              to={usersPath(EMPTY_QUERY, { verdicts: [verdict] })}
              className="rounded font-medium text-accent hover:underline"
            >
              Show them
            </Link>
          </p>
        </>
      )}
    </section>
  );
}

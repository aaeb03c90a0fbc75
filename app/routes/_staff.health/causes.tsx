import { Link } from "@remix-run/react";
import { formatCount } from "~/billing/words/counts";
import { CAUSE_CATALOGUE } from "~/dashboard/health/causes";
import type { CauseCount } from "~/dashboard/health/causes.server";
import { EMPTY_QUERY, usersPath } from "~/dashboard/users-list/users-query";
import { Section } from "~/ui/section";
import { Shape } from "~/ui/status/shape";

/** Why records and Stripe come apart: how many users, and what to do about it. Undefined while they are counted. */
export function Causes({ causes }: { causes: CauseCount[] | null | undefined }) {
  return (
    <Section title="Why it drifts" aside="a user may have several causes">
      {causes == null ? (
        <p className="min-h-56 py-3 text-table text-quiet" aria-live="polite">
          {causes === null ? "The causes could not be counted. Load the page again later." : "Counting…"}
        </p>
      ) : (
        <ul>
          {[...causes]
            .sort((one, other) => (other.users ?? 0) - (one.users ?? 0))
            .map((count) => (
              <CauseRow key={count.cause} count={count} />
            ))}
        </ul>
      )}
    </Section>
  );
}

function CauseRow({ count: { cause, users, unknown } }: { count: CauseCount }) {
  const { label, one, many, remedy, within } = CAUSE_CATALOGUE[cause];
  const isFound = users !== null && users > 0;
  return (
    <li className="grid gap-x-6 gap-y-0.5 border-b border-line py-2.5 text-table sm:grid-cols-[11rem_minmax(0,1fr)_6rem] lg:grid-cols-[12.5rem_minmax(0,1fr)_7rem]">
      <h3 className="flex items-start gap-2 font-medium">
        <span className={`mt-1 ${isFound ? "text-high" : "text-faint"}`}>
          <Shape tone={isFound ? "high" : "low"} />
        </span>
        {label}
      </h3>
      <div>
        {users === null ? (
          <p className="text-quiet">Not known: {unknown}</p>
        ) : isFound ? (
          <>
            <p>
              <Link
                to={usersPath(EMPTY_QUERY, { causes: [cause] })}
                className="rounded font-medium text-accent hover:underline"
              >
                {formatCount(users)} {users === 1 ? "user" : "users"}
              </Link>{" "}
              {users === 1 ? one : many}.
            </p>
            <p className="text-quiet">→ {remedy}</p>
          </>
        ) : (
          <p className="text-quiet">No user.</p>
        )}
      </div>
      <p className="text-quiet sm:text-right">{within === "now" ? "now" : "last 30 days"}</p>
    </li>
  );
}

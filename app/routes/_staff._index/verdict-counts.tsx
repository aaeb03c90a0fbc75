import { Link } from "@remix-run/react";
import { SETTLED_VERDICTS, SEVERITY_OF, SEVERITY_RANK, VERDICTS, type Verdict } from "~/billing/verdicts";
import { EMPTY_QUERY, usersPath } from "~/dashboard/users-list/users-query";
import type { Overview } from "~/dashboard/views";
import { Section } from "~/ui/section";
import { Shape } from "~/ui/status/shape";
import { toneOf, toneText } from "~/ui/status/tone";
import { formatCount, VERDICT_GROUPS } from "~/ui/status/words";

/** How many users have each verdict: the worst first, what needs nobody last. */
export function VerdictCounts({ verdicts }: { verdicts: Overview["verdicts"] }) {
  const users = new Map(verdicts.map((count) => [count.verdict, count.users]));
  const present = VERDICTS.map((verdict) => ({ verdict, users: users.get(verdict) ?? 0 })).filter(
    (count) => count.users > 0,
  );
  const rank = ({ verdict }: { verdict: Verdict }) => SEVERITY_RANK[SEVERITY_OF[verdict]];
  const open = present
    .filter(({ verdict }) => !SETTLED_VERDICTS.has(verdict))
    .sort((one, other) => rank(other) - rank(one));
  const settled = present.filter(({ verdict }) => SETTLED_VERDICTS.has(verdict));
  return (
    <Section title="Users by verdict">
      {open.length === 0 && (
        <p className="py-3 text-table text-quiet">Nothing differs. Database and Stripe agree.</p>
      )}
      <ul className="grid gap-x-6 text-table sm:grid-cols-2 lg:grid-cols-3">
        {[...open, ...settled].map(({ verdict, users }) => (
          <li key={verdict} className="border-b border-line">
            <Link
              to={usersPath(EMPTY_QUERY, { verdicts: [verdict] })}
              className="flex h-10 items-center gap-2 rounded px-1 hover:bg-hover"
            >
              <span className={toneText[toneOf(verdict)]}>
                <Shape tone={toneOf(verdict)} />
              </span>
              <span className="flex-1">{VERDICT_GROUPS[verdict]}</span>
              <span className="font-medium tabular-nums">{formatCount(users)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

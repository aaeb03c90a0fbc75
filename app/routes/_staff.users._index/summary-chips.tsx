import { Link } from "@remix-run/react";
import { REVIEW_VERDICTS, VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import { formatCount } from "~/billing/words/counts";
import { EMPTY_QUERY, type UsersQuery, usersPath } from "~/dashboard/users-list/users-query";
import { classNames } from "~/ui/class-names";
import { Shape } from "~/ui/status/shape";
import { type Tone, toneText } from "~/ui/status/tone";

const groups: { name: string; tone: Tone; verdicts: Verdict[] }[] = [
  { name: "Locked out", tone: "critical", verdicts: ["locked_out"] },
  { name: "Unpaid access", tone: "critical", verdicts: ["unpaid_access"] },
  {
    name: "Needs a decision",
    tone: "review",
    verdicts: VERDICTS.filter((verdict) => REVIEW_VERDICTS.has(verdict)),
  },
];

/** `counts`: null while they are counted. */
type SummaryChipsProps = { counts: { verdict: Verdict; users: number }[] | null; query: UsersQuery };

/** The most important groups with their number of users. A click filters by the group, a second click removes the filter. */
export function SummaryChips({ counts, query }: SummaryChipsProps) {
  const users = new Map(counts?.map((count) => [count.verdict, count.users]));
  return (
    <ul className="-ml-2 flex flex-wrap sm:ml-0 sm:gap-1">
      {groups.map(({ name, tone, verdicts }) => {
        const count = verdicts.reduce((sum, verdict) => sum + (users.get(verdict) ?? 0), 0);
        const isNone = counts !== null && count === 0;
        const chosen = query.verdicts.join() === verdicts.join();
        return (
          <li key={name}>
            <Link
              to={usersPath(EMPTY_QUERY, { verdicts: chosen ? [] : verdicts })}
              aria-current={chosen ? "true" : undefined}
              preventScrollReset
              className={classNames(
                "inline-flex h-8 items-center gap-1.5 rounded px-2 text-small sm:text-table",
                chosen ? "bg-selected" : "hover:bg-hover",
                isNone ? "text-faint" : "text-ink",
              )}
            >
              <span className={isNone ? "text-faint" : toneText[tone]}>
                <Shape tone={isNone ? "low" : tone} />
              </span>
              {name}
              {/* As wide before it is counted, so that nothing beside it moves. */}
              <span className="min-w-[2ch] font-medium tabular-nums">
                {counts === null ? "" : formatCount(count)}
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

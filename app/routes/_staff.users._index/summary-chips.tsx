import { Link } from "@remix-run/react";
import { formatCount } from "~/billing/words/counts";
import { LISTED_QUEUES, type ListedQueue, QUEUES } from "~/dashboard/inbox/queues";
import { EMPTY_QUERY, type UsersQuery, usersPath } from "~/dashboard/users-list/users-query";
import { classNames } from "~/ui/class-names";
import { Shape } from "~/ui/status/shape";
import { toneText } from "~/ui/status/tone";

/** `counts`: null while they are counted. */
type SummaryChipsProps = { counts: Record<ListedQueue, number> | null; query: UsersQuery };

/**
 * Queues of the Inbox with their number of users, as the Inbox counts them: without those that staff set aside. A click filters by the
 * queue, a second click removes the filter.
 */
export function SummaryChips({ counts, query }: SummaryChipsProps) {
  return (
    <ul aria-label="In the Inbox" className="-ml-2 flex flex-wrap sm:ml-0 sm:gap-1">
      {LISTED_QUEUES.map((queue) => {
        const { label, tone, meaning } = QUEUES[queue];
        const isNone = counts !== null && counts[queue] === 0;
        const chosen = query.queue === queue;
        return (
          <li key={queue}>
            <Link
              to={usersPath(EMPTY_QUERY, { queue: chosen ? null : queue })}
              title={`In the Inbox: ${meaning}`}
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
              {label}
              {/* As wide before it is counted, so that nothing beside it moves. */}
              <span className="min-w-[2ch] font-medium tabular-nums">
                {counts === null ? "" : formatCount(counts[queue])}
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

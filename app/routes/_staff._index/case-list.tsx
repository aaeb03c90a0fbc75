import { Link } from "@remix-run/react";
import { formatMoney } from "~/billing/money";
import { formatCount } from "~/billing/words/counts";
import type { QueueCount } from "~/dashboard/inbox/queue-users.server";
import { inboxPath, type QueueId } from "~/dashboard/inbox/queues";
import { EMPTY_QUERY, usersPath } from "~/dashboard/users-list/users-query";
import { classNames } from "~/ui/class-names";
import { Time } from "~/ui/format/time";
import { Shape } from "~/ui/status/shape";
import { chooseTone, toneText } from "~/ui/status/tone";
import { describeSetAside } from "./set-aside";
import type { WorkLine } from "./use-work";

type CaseListProps = {
  queue: QueueId;
  lines: WorkLine[];
  caseId: string | null;
  count: QueueCount | null;
};

/** The cases of a queue, the most money first. What is done stays in its place, greyed. */
export function CaseList({ queue, lines, caseId, count }: CaseListProps) {
  const more = (count?.waiting ?? 0) - lines.filter(({ isDone }) => !isDone).length;
  return (
    <>
      <ul className="lg:max-h-[calc(100vh-12rem)] lg:overflow-y-auto">
        {lines.map((line) => (
          <li key={line.id} className="border-b border-line">
            <CaseLine queue={queue} line={line} isCurrent={line.id === caseId} />
          </li>
        ))}
      </ul>
      {more > 0 && (
        <p className="py-2 text-small text-quiet">{formatCount(more)} more follow when these are done.</p>
      )}
      {count !== null && count.setAside > 0 && queue !== "not_linked" && (
        <p className="py-2 text-small text-quiet">
          {describeSetAside(count.setAside)}{" "}
          <Link
            to={usersPath(EMPTY_QUERY, { flags: ["on_hold", "acknowledged"] })}
            className="rounded text-accent underline underline-offset-2"
          >
            View
          </Link>
        </p>
      )}
    </>
  );
}

function CaseLine({ queue, line, isCurrent }: { queue: QueueId; line: WorkLine; isCurrent: boolean }) {
  const { id, title, detail, verdict, perMonth, since, isDone } = line;
  const tone = verdict === null ? "review" : chooseTone(verdict);
  return (
    <Link
      to={inboxPath(queue, id)}
      aria-current={isCurrent ? "true" : undefined}
      data-case={id}
      prefetch="intent"
      preventScrollReset
      className={classNames(
        "flex items-start gap-2.5 rounded px-2 py-2 text-table",
        isCurrent ? "bg-selected" : "hover:bg-hover",
      )}
    >
      <span className={classNames("mt-1", isDone ? "text-correct" : toneText[tone])}>
        <Shape tone={isDone ? "right" : tone} />
      </span>
      <span className="min-w-0 flex-1">
        <span className={classNames("block truncate", isDone ? "text-faint" : "font-medium")}>{title}</span>
        <span className={classNames("block truncate text-small", isDone ? "text-faint" : "text-quiet")}>
          {isDone ? "Done" : detail}
        </span>
      </span>
      <span
        className={classNames("text-right text-small tabular-nums", isDone ? "text-faint" : "text-quiet")}
      >
        {perMonth.map((money) => (
          <span key={money.currency} className={classNames("block", !isDone && "text-ink")}>
            {formatMoney(money.perMonth, money.currency)}/month
          </span>
        ))}
        {since !== null && <Time at={since} as="length" isInLink />}
      </span>
    </Link>
  );
}

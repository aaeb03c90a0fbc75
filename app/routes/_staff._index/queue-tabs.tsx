import { Link } from "@remix-run/react";
import { formatCount } from "~/billing/words/counts";
import type { InboxCounts } from "~/dashboard/inbox/inbox.server";
import type { QueueCount } from "~/dashboard/inbox/queue-users.server";
import { inboxPath, QUEUE_IDS, QUEUES, type QueueId } from "~/dashboard/inbox/queues";
import { classNames } from "~/ui/class-names";
import { Money } from "~/ui/format/money";
import { Time } from "~/ui/format/time";
import { Shape } from "~/ui/status/shape";
import { toneText } from "~/ui/status/tone";

type QueueTabsProps = {
  /** The one that is shown; null on another page. */
  queue: QueueId | null;
  /** Undefined while they are counted. */
  counts: InboxCounts | null | undefined;
};

/** The queues, each with what waits in it: how many, how much money, and for how long. */
export function QueueTabs({ queue, counts }: QueueTabsProps) {
  return (
    <nav aria-label="Queues">
      <ul className="grid max-lg:rounded max-lg:border max-lg:border-line max-lg:bg-raised lg:grid-cols-5 lg:gap-2">
        {QUEUE_IDS.map((id) => (
          <li key={id} className="flex max-lg:not-last:border-b max-lg:border-line">
            <QueueTab
              id={id}
              isCurrent={id === queue}
              isKnown={counts != null && isEverythingKnown(counts.knowledge)}
              count={counts === undefined ? undefined : (counts?.queues[id] ?? null)}
            />
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Otherwise an empty queue may be one of which nothing is known. */
const isEverythingKnown = ({ lastFullRun, notChecked, failedRunId, stale }: InboxCounts["knowledge"]) =>
  lastFullRun !== null && notChecked === 0 && failedRunId === null && stale === null;

type QueueTabProps = {
  id: QueueId;
  isCurrent: boolean;
  isKnown: boolean;
  count: QueueCount | null | undefined;
};

function QueueTab({ id, isCurrent, isKnown, count }: QueueTabProps) {
  const { label, tone } = QUEUES[id];
  const shown = count?.waiting !== 0 ? tone : isKnown ? "right" : "low";
  return (
    <Link
      to={inboxPath(id)}
      aria-current={isCurrent ? "true" : undefined}
      prefetch="intent"
      preventScrollReset
      className={classNames(
        "flex min-h-11 w-full items-center gap-x-3 rounded px-3 py-1.5 lg:min-h-24 lg:flex-col lg:items-start lg:border lg:py-2.5 lg:max-xl:px-2",
        isCurrent ? "bg-selected lg:border-accent" : "hover:bg-hover lg:border-line lg:bg-raised",
      )}
    >
      <span className="flex items-center gap-1.5 text-table text-quiet max-lg:flex-1">
        <span className={toneText[shown]}>
          <Shape tone={shown} />
        </span>
        <span className={isCurrent ? "font-medium text-ink" : undefined}>{label}</span>
      </span>
      <span className="font-semibold tracking-tight tabular-nums max-lg:order-last max-lg:min-w-8 max-lg:text-right max-lg:text-lead lg:mt-0.5 lg:text-figure">
        {formatWaiting(count)}
      </span>
      <span className="flex flex-wrap gap-x-2 text-small text-quiet max-lg:justify-end">
        {count?.perMonth.map(({ perMonth, currency }) => (
          <span key={currency}>
            <Money amount={perMonth} currency={currency} />
          </span>
        ))}
        {count != null && count.perMonth.length > 0 && <span className="max-sm:hidden">a month</span>}
        {count?.oldest != null && (
          <span className="max-sm:hidden">
            oldest <Time at={count.oldest} as="length" isInLink />
          </span>
        )}
      </span>
    </Link>
  );
}

/** "500+" when no more were counted, "not known" when counting took too long. */
function formatWaiting(count: QueueCount | null | undefined): string {
  if (count === undefined) return "…";
  if (count === null) return "not known";
  return `${formatCount(count.waiting)}${count.atLeast ? "+" : ""}`;
}

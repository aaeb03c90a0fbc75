import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { pluralize } from "~/billing/words/counts";
import type { InboxCounts } from "~/dashboard/inbox/inbox.server";
import { inboxPath, QUEUE_IDS, QUEUES, type QueueId } from "~/dashboard/inbox/queues";
import { EMPTY_QUERY, usersPath } from "~/dashboard/users-list/users-query";
import { ButtonLink } from "~/ui/button";
import { EmptyState } from "~/ui/empty-state";
import { describeSetAside } from "./set-aside";

type EmptyInboxProps = { queue: QueueId; counts: InboxCounts | null | undefined };

const linkClasses = "rounded text-accent underline underline-offset-2";

/** Says that nothing waits only where that is known; otherwise what is not known. */
export function EmptyInbox({ queue, counts }: EmptyInboxProps) {
  if (counts === undefined) return <EmptyState title="Counting…" />;
  const title = `Nothing in “${QUEUES[queue].label}”`;
  if (counts === null)
    return (
      <EmptyState title={title}>Counting the other queues took too long. Load the page again.</EmptyState>
    );
  const other = QUEUE_IDS.find((id) => counts.queues[id].waiting > 0);
  const unknown = listUnknown(counts);
  const setAside = QUEUE_IDS.reduce((sum, id) => sum + counts.queues[id].setAside, 0);
  if (other)
    return (
      <EmptyState
        title={title}
        action={<ButtonLink to={inboxPath(other)}>Go to “{QUEUES[other].label}”</ButtonLink>}
      />
    );
  if (unknown.length > 0)
    return (
      <EmptyState title="Nothing is waiting, as far as is known">
        {unknown.map(({ id, words }) => (
          <span key={id} className="block">
            {words}
          </span>
        ))}
      </EmptyState>
    );
  return (
    <EmptyState title="Nothing needs you">
      All users were checked. {setAside > 0 && describeSetAside(setAside)}
    </EmptyState>
  );
}

/** What is not known, so that "nothing" would not be true. */
function listUnknown({ knowledge }: InboxCounts): { id: string; words: ReactNode }[] {
  const { lastFullRun, notChecked, failedRunId, stale } = knowledge;
  return [
    ...(lastFullRun === null ? [{ id: "never", words: "Stripe has not been read completely yet." }] : []),
    ...(notChecked > 0
      ? [
          {
            id: "unchecked",
            words: (
              <Link to={usersPath(EMPTY_QUERY, { verdicts: ["not_checked"] })} className={linkClasses}>
                {pluralize(notChecked, "user has", "users have")} not been checked yet.
              </Link>
            ),
          },
        ]
      : []),
    ...(failedRunId !== null
      ? [
          {
            id: "failed",
            words: (
              <Link to={`/runs/${encodeURIComponent(failedRunId)}`} className={linkClasses}>
                The last run failed.
              </Link>
            ),
          },
        ]
      : []),
    ...(stale !== null ? [{ id: "stale", words: stale }] : []),
  ];
}

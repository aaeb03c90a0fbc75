import { Link } from "@remix-run/react";
import type { ActivityEntry, NamedEntry } from "~/dashboard/activity/activity.server";
import { buildUserPath } from "~/routes/_staff/user/use-sync";
import { shortenId } from "~/ui/copy-id";
import { EmptyState } from "~/ui/empty-state";
import { Time } from "~/ui/format/time";
import { Shape } from "~/ui/status/shape";
import { type Tone, toneText } from "~/ui/status/tone";

/** What was done: when, what, which user it is about, before and after, who did it, and why. */
export function EntryList({
  entries,
  onUndo,
}: {
  entries: NamedEntry[];
  /** Asked for by a press of Undo; without it there is none. */
  onUndo?: (entry: ActivityEntry) => void;
}) {
  if (entries.length === 0)
    return <EmptyState title="Nothing found">No repair or decision fits these filters.</EmptyState>;
  return (
    <ol className="text-table">
      {entries.map((entry) => (
        <Entry key={entry.key} entry={entry} onUndo={onUndo} />
      ))}
    </ol>
  );
}

function chooseTone({ grants, revokes, source }: ActivityEntry): Tone {
  if (revokes) return "critical";
  if (grants) return "right";
  return source === "change" ? "low" : "review";
}

function Entry({ entry, onUndo }: { entry: NamedEntry; onUndo?: (entry: ActivityEntry) => void }) {
  const { at, title, by, userId, subject, reason, changes, override, runId, stripeRequestId, undo } = entry;
  const tone = chooseTone(entry);
  const others = [subject.customerId, subject.subscriptionId, subject.priceId, subject.productId].flatMap(
    (id) => id ?? [],
  );
  return (
    <li className="flex gap-3 border-b border-line py-3">
      <span className={`mt-1 ${toneText[tone]}`}>
        <Shape tone={tone} />
      </span>
      <div className="min-w-0 flex-1">
        <p>
          <span className="font-medium">{title}</span>
          {override && <span className="ml-1.5 text-critical">without evidence</span>}
          {userId !== null && (
            <>
              {" · "}
              <Link to={buildUserPath(userId)} className="rounded text-accent break-words underline">
                {entry.userName ?? userId}
              </Link>
            </>
          )}
          {others.map((id) => (
            <span key={id} title={id} className="ml-2 font-mono text-small text-quiet">
              {shortenId(id)}
            </span>
          ))}
        </p>
        {changes.length > 0 && (
          <ul className="mt-0.5 text-quiet">
            {changes.map((change) => (
              <li key={change} className="break-words">
                {change}
              </li>
            ))}
          </ul>
        )}
        {reason && <p className="mt-0.5 break-words">“{reason}”</p>}
        <p className="mt-0.5 text-quiet">
          <Time at={at} as="moment" /> · {by}
          {runId !== null && (
            <>
              {" · "}
              <Link to={`/runs/${encodeURIComponent(runId)}`} className="rounded text-accent underline">
                run
              </Link>
            </>
          )}
          {stripeRequestId !== null && (
            <>
              {" · by Stripe’s answer "}
              <span className="inline-block font-mono text-small wrap-anywhere">{stripeRequestId}</span>
            </>
          )}
        </p>
      </div>
      {undo && onUndo && (
        <button
          type="button"
          onClick={() => onUndo(entry)}
          className="min-h-6 shrink-0 self-start rounded px-1 text-accent hover:underline"
        >
          Undo…<span className="sr-only"> {title}</span>
        </button>
      )}
    </li>
  );
}

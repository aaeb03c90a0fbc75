import { useEffect, useRef, useState } from "react";
import type { InboxCase } from "~/dashboard/inbox/cases.server";
import type { QueueId } from "~/dashboard/inbox/queues";

/** A case of the list; `isDone` when it needs nothing any more. It stays in its place until the page is left. */
export type WorkLine = InboxCase & { isDone: boolean };

type Work = { queue: QueueId; cases: InboxCase[]; caseId: string | null };

/** Joins the cases that were listed before with those that are listed now: nothing moves under the pointer. */
export function joinWork(known: readonly InboxCase[], cases: readonly InboxCase[]): WorkLine[] {
  const now = new Map(cases.map((one) => [one.id, one]));
  const knownIds = new Set(known.map(({ id }) => id));
  return [...known, ...cases.filter(({ id }) => !knownIds.has(id))].map((one) => {
    const latest = now.get(one.id);
    return { ...(latest ?? one), isDone: !latest?.isOpen };
  });
}

/** The case to work on after this one: the next that is not done, else the first. */
export function findNextCase(lines: readonly WorkLine[], caseId: string | null): string | null {
  const at = lines.findIndex(({ id }) => id === caseId);
  const waiting = [...lines.slice(at + 1), ...lines.slice(0, Math.max(0, at))].filter(
    ({ isDone }) => !isDone,
  );
  return waiting[0]?.id ?? null;
}

/** The list of the queue while it is worked through. */
export function useWork({ queue, cases, caseId }: Work): {
  lines: WorkLine[];
  nextId: string | null;
  previousId: string | null;
} {
  const [known, setKnown] = useState<{ queue: QueueId; cases: InboxCase[] }>({ queue, cases });
  const latest = useRef(known);
  latest.current = known;
  useEffect(() => {
    const { current } = latest;
    if (current.queue !== queue) return setKnown({ queue, cases });
    const lines = joinWork(current.cases, cases);
    if (lines.length > current.cases.length) setKnown({ queue, cases: lines });
  }, [queue, cases]);
  const lines = joinWork(known.queue === queue ? known.cases : [], cases);
  const at = lines.findIndex(({ id }) => id === caseId);
  return { lines, nextId: findNextCase(lines, caseId), previousId: lines[at - 1]?.id ?? null };
}

import { formatSeats } from "~/billing/seat-label";
import { pluralize } from "~/billing/words/counts";
import type { DatabaseView } from "~/dashboard/user-view.server";
import { EmptyValue } from "./stripe-cell";

/** What the database says, in two lines: the status and plan, then the workspaces. */
export function DatabaseCell({ database }: { database: DatabaseView }) {
  const { status, planName, plan } = database;
  const name = planName ?? plan;
  return (
    <>
      <span className="block truncate">
        {status === null ? <EmptyValue>none</EmptyValue> : status}
        {name && <span className="text-quiet"> · {name}</span>}
      </span>
      <span className="block truncate text-small text-quiet tabular-nums">
        {summarizeWorkspaces(database)}
      </span>
    </>
  );
}

/** `locked · 0 soldiers`. For several workspaces, how many of them are active. */
export function summarizeWorkspaces({ workspaces, workspaceCount, activeWorkspaces }: DatabaseView): string {
  const [first] = workspaces;
  if (!first) return "no workspace";
  if (workspaceCount === 1) return `${first.status} · ${formatSeats(first.seats)}`;
  return `${pluralize(workspaceCount, "workspace")} · ${activeWorkspaces} active`;
}

import type { DatabaseView } from "~/dashboard/user-view.server";
import { pluralize } from "~/ui/status/words";
import { EmptyValue } from "./stripe-cell";

/** The largest number of seats that a workspace may have. */
const MAX_SEATS = 5;

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

/** `locked · 0 of 5`. For several workspaces, how many of them are active. */
export function summarizeWorkspaces({ workspaces }: DatabaseView): string {
  const [first] = workspaces;
  if (!first) return "no workspace";
  if (workspaces.length === 1) return `${first.status} · ${first.seats} of ${MAX_SEATS}`;
  const open = workspaces.filter(({ status }) => status === "active").length;
  return `${pluralize(workspaces.length, "workspace")} · ${open} active`;
}

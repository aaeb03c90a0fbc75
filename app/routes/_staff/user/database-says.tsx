import type { DatabaseView } from "~/dashboard/views";
import { plural } from "~/ui/status/words";
import { Nothing } from "./stripe-says";

/** The most soldiers that a workspace may have. */
const MOST_SOLDIERS = 5;

/** The database's word in two lines: the status, and what the workspaces allow. */
export function DatabaseSays({ database }: { database: DatabaseView }) {
  const { status, planName, plan } = database;
  const name = planName ?? plan;
  return (
    <>
      <span className="block truncate">
        {status === null ? <Nothing>none</Nothing> : status}
        {name && <span className="text-quiet"> · {name}</span>}
      </span>
      <span className="block truncate text-small text-quiet tabular-nums">{workspaceWords(database)}</span>
    </>
  );
}

/** `locked · 0 of 5`; of several, how many are open. */
export function workspaceWords({ workspaces }: DatabaseView): string {
  const [first] = workspaces;
  if (!first) return "no workspace";
  if (workspaces.length === 1) return `${first.status} · ${first.seats} of ${MOST_SOLDIERS}`;
  const open = workspaces.filter(({ status }) => status === "active").length;
  return `${plural(workspaces.length, "workspace")} · ${open} active`;
}

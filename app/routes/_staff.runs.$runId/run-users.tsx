import { Link } from "@remix-run/react";
import type { RunPage, RunUserView } from "~/dashboard/run-pages.server";
import { Section } from "~/ui/section";
import { Shape } from "~/ui/status/shape";
import { VerdictMark } from "~/ui/status/verdict-mark";
import { capitalize } from "~/ui/status/words";
import { buildUserPath } from "../_staff/user/use-sync";
import { isRunning } from "./run-groups";

type RunUsersProps = { page: RunPage; group: string | null; after: string | null };

/** The users of a run: of the selected group, or all that needed a repair or a decision. */
export function RunUsers({ page, group, after }: RunUsersProps) {
  const { users, next, run } = page;
  if (users.length === 0 && isRunning(run)) return null;
  const buildSearch = (cursor: string) => {
    const params = new URLSearchParams({ after: cursor });
    if (group) params.set("group", group);
    return `?${params}`;
  };
  const all = (
    <Link to="?" preventScrollReset className="rounded text-accent hover:underline">
      Show all
    </Link>
  );
  return (
    <Section title={group ? "Users in this group" : "Users"} aside={(group || after) && all}>
      {users.length === 0 ? (
        <p className="py-3 text-table text-quiet">No users to show.</p>
      ) : (
        <ul className="text-table">
          {users.map((user) => (
            <Row key={user.userId} user={user} />
          ))}
        </ul>
      )}
      {next && (
        <p className="py-3 text-end">
          <Link to={buildSearch(next)} className="rounded text-table text-accent hover:underline">
            Next page
          </Link>
        </p>
      )}
    </Section>
  );
}

function Row({ user }: { user: RunUserView }) {
  return (
    <li className="grid gap-x-4 gap-y-0.5 border-b border-line py-2 sm:grid-cols-[minmax(0,3fr)_minmax(0,3fr)_minmax(0,5fr)] sm:items-baseline">
      <div className="min-w-0">
        <Link
          to={buildUserPath(user.userId)}
          className="block truncate rounded font-medium hover:text-accent hover:underline"
        >
          {user.name ?? user.email}
        </Link>
        {user.name && <span className="block truncate text-small text-quiet">{user.email}</span>}
      </div>
      {user.outcome === "synced" ? <Repaired /> : <VerdictMark verdict={user.verdict} />}
      <span className="text-quiet">{capitalize(user.sentence)}</span>
    </li>
  );
}

/** Shown instead of the verdict after a repair. The sentence next to it still says what was wrong. */
function Repaired() {
  return (
    <span className="inline-flex items-center gap-1.5 font-medium text-correct">
      <Shape tone="right" />
      Repaired
    </span>
  );
}

import { Link } from "@remix-run/react";
import type { RunPage, RunUserView } from "~/dashboard/views";
import { Section } from "~/ui/section";
import { Shape } from "~/ui/status/shape";
import { VerdictMark } from "~/ui/status/verdict-mark";
import { capital } from "~/ui/status/words";
import { userPath } from "../_staff/user/use-sync";
import { isLive } from "./parts";

type RunUsersProps = { page: RunPage; group: string | null; after: string | null };

/** The users of a run one by one: of the chosen group, or all for whom something was to be done. */
export function RunUsers({ page, group, after }: RunUsersProps) {
  const { users, next, run } = page;
  if (users.length === 0 && isLive(run)) return null;
  const search = (cursor: string) => {
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
    <Section title={group ? "Users of this group" : "Users"} aside={(group || after) && all}>
      {users.length === 0 ? (
        <p className="py-3 text-table text-quiet">Nobody to list.</p>
      ) : (
        <ul className="text-table">
          {users.map((user) => (
            <Row key={user.userId} user={user} />
          ))}
        </ul>
      )}
      {next && (
        <p className="py-3 text-end">
          <Link to={search(next)} className="rounded text-table text-accent hover:underline">
            More users
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
          to={userPath(user.userId)}
          className="block truncate rounded font-medium hover:text-accent hover:underline"
        >
          {user.name ?? user.email}
        </Link>
        {user.name && <span className="block truncate text-small text-quiet">{user.email}</span>}
      </div>
      {user.outcome === "synced" ? <Repaired /> : <VerdictMark verdict={user.verdict} />}
      <span className="text-quiet">{capital(user.sentence)}</span>
    </li>
  );
}

/** What was wrong is over: the sentence beside it still says what it was. */
function Repaired() {
  return (
    <span className="inline-flex items-center gap-1.5 font-medium text-correct">
      <Shape tone="right" />
      repaired
    </span>
  );
}

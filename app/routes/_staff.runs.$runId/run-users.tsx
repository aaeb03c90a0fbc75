import { Link } from "@remix-run/react";
import type { Taken } from "~/billing/evaluation/taken";
import type { ChangedValue } from "~/billing/words/change-words";
import { TAKEN_WORDS } from "~/billing/words/taken-words";
import type { RunPage } from "~/dashboard/run-pages.server";
import type { RunUserView } from "~/dashboard/run-results/run-users.server";
import { classNames } from "~/ui/class-names";
import { Value } from "~/ui/copy-id";
import { Money } from "~/ui/format/money";
import { Section } from "~/ui/section";
import { Shape } from "~/ui/status/shape";
import { VerdictMark } from "~/ui/status/verdict-mark";
import { capitalize } from "~/ui/status/words";
import { buildUserPath } from "../_staff/user/use-sync";
import { buildRunSearch, MOST_USERS_LEFT_OUT, toggleUser, type View } from "./choice";
import { LeftOutLink } from "./left-out-link";
import { isRunning } from "./run-groups";

type RunUsersProps = { page: RunPage; view: View; canLeaveOut: boolean };

/** The users of a run: of the selected group, or all that needed a repair or a decision. */
export function RunUsers({ page, view, canLeaveOut }: RunUsersProps) {
  const { users, next, run } = page;
  if (users.length === 0 && (isRunning(run) || run.state !== "done")) return null;
  const all = (
    <Link
      to={buildRunSearch({ ...view, group: null, after: null })}
      preventScrollReset
      className="rounded text-accent hover:underline"
    >
      Show all
    </Link>
  );
  return (
    <Section title={view.group ? "Users in this group" : "Users"} aside={(view.group || view.after) && all}>
      {users.length === 0 ? (
        <p className="py-3 text-table text-quiet">No users to show.</p>
      ) : (
        <ul className="text-table">
          {users.map((user) => (
            <Row
              key={user.userId}
              user={user}
              view={view}
              canLeaveOut={canLeaveOut && run.mode === "preview"}
            />
          ))}
        </ul>
      )}
      {next && (
        <p className="py-3 text-end">
          <Link
            to={buildRunSearch({ ...view, after: next })}
            className="rounded text-table text-accent hover:underline"
          >
            Next page
          </Link>
        </p>
      )}
    </Section>
  );
}

function Row({ user, view, canLeaveOut }: { user: RunUserView; view: View; canLeaveOut: boolean }) {
  const isOut = view.leftOut.userIds.includes(user.userId);
  const isFull = !isOut && view.leftOut.userIds.length >= MOST_USERS_LEFT_OUT;
  return (
    <li className="grid gap-x-4 gap-y-1 border-b border-line py-2 sm:grid-cols-[minmax(0,3fr)_minmax(0,3fr)_minmax(0,5fr)_4.5rem] sm:items-baseline">
      <div className="min-w-0">
        <Link
          to={buildUserPath(user.userId)}
          className={classNames(
            "block truncate rounded font-medium hover:text-accent hover:underline",
            isOut && "text-quiet line-through",
          )}
        >
          {user.name ?? user.email}
        </Link>
        {user.name && <span className="block truncate text-small text-quiet">{user.email}</span>}
      </div>
      <div>
        {user.outcome === "synced" ? (
          <Repaired taken={user.revokes ? (user.taken ?? "access") : null} />
        ) : (
          <VerdictMark verdict={user.verdict} />
        )}
        {user.money && (
          <span className="block text-small text-quiet">
            <Money amount={user.money.perMonth} currency={user.money.currency} /> a month
          </span>
        )}
      </div>
      <div className="min-w-0">
        {user.changes.length > 0 ? (
          <Changes changes={user.changes} />
        ) : (
          <span className="text-quiet">{capitalize(user.sentence)}</span>
        )}
        {user.typedReason && <p className="mt-1 text-quiet">Reason: {user.typedReason}</p>}
      </div>
      <div className="sm:text-end">
        {canLeaveOut && user.outcome === "intended" && !isFull && (
          <LeftOutLink
            to={buildRunSearch(toggleUser(view, user.userId))}
            isOut={isOut}
            name={user.name ?? user.email}
          />
        )}
      </div>
    </li>
  );
}

/** Field by field, before and after. */
function Changes({ changes }: { changes: ChangedValue[] }) {
  return (
    <ul className="space-y-0.5">
      {changes.map(({ label, before, after }) => (
        <li key={`${label} ${before} ${after}`} className="wrap-anywhere">
          <span className="text-quiet">{label}:</span>{" "}
          <span className="text-quiet">
            <Value>{before}</Value>
          </span>
          <span aria-hidden="true" className="text-faint">
            {" → "}
          </span>
          <span className="sr-only"> becomes </span>
          <span className="font-medium">
            <Value>{after}</Value>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Shown instead of the verdict after a repair. Taking access away is never green. */
function Repaired({ taken }: { taken: Taken | null }) {
  return (
    <span
      className={classNames(
        "inline-flex items-center gap-1.5 font-medium",
        taken === null ? "text-correct" : "text-critical",
      )}
    >
      <Shape tone={taken === null ? "right" : "critical"} />
      {taken === null ? "Repaired" : TAKEN_WORDS[taken].done}
    </span>
  );
}

import { Link } from "@remix-run/react";
import { SETTLED_VERDICTS } from "~/billing/verdicts";
import type { UserView } from "~/dashboard/views";
import { Money } from "~/ui/format/money";
import { Time } from "~/ui/format/time";
import { userPath } from "../_staff/user/use-sync";

export function CustomerCell({ user }: { user: UserView }) {
  return (
    <>
      <Link
        to={userPath(user.userId)}
        prefetch="intent"
        className="block truncate rounded font-medium text-ink hover:text-accent hover:underline"
      >
        {user.name ?? user.email}
      </Link>
      <span className="block truncate text-small text-quiet" title={user.email}>
        {user.name === null ? "no name" : user.email}
      </span>
    </>
  );
}

/** How long it has been so, and what it costs a month. */
export function SinceCell({ user }: { user: UserView }) {
  const settled = SETTLED_VERDICTS.has(user.verdict);
  return (
    <>
      <span className={settled ? "block text-faint" : "block"}>
        {user.since === null || settled ? (
          <span aria-hidden="true">—</span>
        ) : (
          <>
            <span className="text-small text-quiet lg:sr-only">since </span>
            <Time at={user.since} as="length" />
          </>
        )}
      </span>
      {user.money && (
        <span className="block text-small text-quiet">
          <Money amount={user.money.perMonth} currency={user.money.currency} />
          /mo
        </span>
      )}
    </>
  );
}

export function CheckedCell({ user }: { user: UserView }) {
  return (
    <span className="text-quiet">
      <span className="text-small lg:sr-only">checked </span>
      {user.observedAt === null ? "never" : <Time at={user.observedAt} />}
    </span>
  );
}

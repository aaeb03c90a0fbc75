import { Link } from "@remix-run/react";
import { IN_SYNC_VERDICTS } from "~/billing/verdicts/catalogue";
import type { UserRow } from "~/dashboard/user-page/shorten";
import { Money } from "~/ui/format/money";
import { Time } from "~/ui/format/time";
import { buildUserPath } from "../_staff/user/use-sync";

export function UserCell({ user }: { user: UserRow }) {
  return (
    <>
      <Link
        to={buildUserPath(user.userId)}
        prefetch="intent"
        className="block truncate rounded font-medium text-ink hover:text-accent hover:underline"
      >
        {user.name ?? user.email}
      </Link>
      <span className="block truncate text-small text-quiet" title={user.email}>
        {user.name === null ? "No name" : user.email}
      </span>
    </>
  );
}

/** How long the mismatch has existed, and its money per month. */
export function SinceCell({ user }: { user: UserRow }) {
  const isSettled = IN_SYNC_VERDICTS.has(user.verdict);
  return (
    <>
      <span className={isSettled ? "block text-faint" : "block"}>
        {user.since === null || isSettled ? (
          <span aria-hidden="true" className="max-lg:hidden">
            —
          </span>
        ) : (
          <>
            <span className="text-small text-quiet lg:sr-only">for </span>
            <Time at={user.since} as="length" rowLabel="Since" />
          </>
        )}
      </span>
      {user.money && (
        <span className="block text-small text-quiet">
          <Money amount={user.money.perMonth} currency={user.money.currency} />
          <wbr />
          /mo<span className="sr-only">nth</span>
        </span>
      )}
    </>
  );
}

export function CheckedCell({ user }: { user: UserRow }) {
  return (
    <span className="text-quiet">
      <span className="text-small lg:sr-only">checked </span>
      {user.observedAt === null ? "never" : <Time at={user.observedAt} rowLabel="Read from Stripe" />}
    </span>
  );
}

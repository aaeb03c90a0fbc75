import { Link } from "@remix-run/react";
import { formatPerMonth } from "~/dashboard/payers/payer-words";
import type { DescribedPayer } from "~/dashboard/payers/payers.server";
import { MOST_LISTED } from "~/dashboard/user-page/shorten-lines";
import { StripeLink } from "~/routes/_staff/user/stripe-link";
import { buildUserPath } from "~/routes/_staff/user/use-sync";
import { CopyId } from "~/ui/copy-id";
import { Time } from "~/ui/format/time";
import { Section } from "~/ui/section";
import { PayerSteps } from "./payer-steps";

/** A Stripe customer that pays and that no user is linked to; `isOpen`: nothing was decided about it yet. */
export function PayerCase({ payer, isOpen }: { payer: DescribedPayer; isOpen: boolean }) {
  const { customerId, email, subscriptionIds, since } = payer;
  const money = formatPerMonth(payer);
  const users = listPossibleUsers(payer);
  return (
    <>
      <h2 className="text-title font-semibold tracking-tight break-words">{email ?? customerId}</h2>
      <div className="mt-1.5 flex flex-wrap items-center gap-x-4 gap-y-1 text-table text-quiet">
        <CopyId id={customerId} label="Stripe customer ID" />
        {subscriptionIds.map((id) => (
          <CopyId key={id} id={id} label="subscription ID" />
        ))}
        <StripeLink customerId={customerId}>Open in Stripe</StripeLink>
      </div>
      <p className="mt-4 max-w-prose text-lead text-pretty">
        Pays {money === "" ? "in Stripe" : `${money} a month`} since <Time at={since} as="day" />
        {isOpen ? ", and no user is linked to this customer." : "."}
      </p>
      <PayerSteps payer={payer} users={users} isOpen={isOpen} />
      {isOpen && <PossibleUsers payer={payer} users={users} />}
    </>
  );
}

type PossibleUser = ReturnType<typeof listPossibleUsers>[number];

function PossibleUsers({ payer, users }: { payer: DescribedPayer; users: PossibleUser[] }) {
  const { namedUserId, rejectedUsers, userLabels } = payer;
  const rejected = rejectedUsers.slice(0, MOST_LISTED).map((userId) => userLabels[userId] ?? userId);
  return (
    <Section title="Who it may be">
      {namedUserId !== null && (
        <p className="py-3 text-table text-quiet">
          The metadata in Stripe names the user {namedUserId}, who does not exist.
        </p>
      )}
      {rejected.length > 0 && (
        <p className="py-3 text-table text-quiet">Staff decided that it is not {rejected.join(", ")}.</p>
      )}
      {users.length === 0 ? (
        <p className="py-3 text-table text-quiet">
          {namedUserId === null && "Nothing in Stripe names a user. "}
          {rejected.length > 0 ? "No other" : "No"} user has this email address.
        </p>
      ) : (
        <ul className="text-table">
          {users.map(({ userId, label, why }) => (
            <li
              key={userId}
              className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2"
            >
              <Link to={buildUserPath(userId)} className="rounded text-accent hover:underline">
                {label}
              </Link>
              <span className="text-quiet">{why}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function listPossibleUsers(payer: DescribedPayer) {
  const { usersWithAddress, usersByReference, rejectedUsers, userLabels } = payer;
  const rejected = new Set(rejectedUsers);
  const byAddress = usersWithAddress.map((userId) => ({ userId, why: "has the same email address" }));
  const byReference = usersByReference
    .filter((userId) => !usersWithAddress.includes(userId))
    .map((userId) => ({ userId, why: "is named by a checkout session" }));
  return [...byAddress, ...byReference]
    .filter(({ userId }) => !rejected.has(userId))
    .slice(0, MOST_LISTED)
    .map((user) => ({ ...user, label: userLabels[user.userId] ?? user.userId }));
}

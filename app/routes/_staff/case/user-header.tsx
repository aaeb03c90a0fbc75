import { Link } from "@remix-run/react";
import type { MoneyKind } from "~/billing/verdicts/catalogue";
import type { UserView } from "~/dashboard/user-view.server";
import { StripeLink } from "~/routes/_staff/user/stripe-link";
import { buildUserPath } from "~/routes/_staff/user/use-sync";
import { CopyId } from "~/ui/copy-id";
import { Money } from "~/ui/format/money";
import { Time } from "~/ui/format/time";
import { VerdictMark } from "~/ui/status/verdict-mark";
import { OpenAsCustomer } from "./open-as-customer";

const MONEY_WORDS: Record<MoneyKind, string> = {
  locked_out: "paid, but no access",
  leaking: "access, but no payment",
  unmapped: "paid at a price without a plan",
};

/** The user, what is wrong, and since when: what a support agent needs on a call. */
export function UserHeader({ user, isPage }: { user: UserView; isPage: boolean }) {
  const Heading = isPage ? "h1" : "h2";
  const name = user.name ?? user.email;
  const customerId = user.stripe?.customerId ?? user.database.stripeCustomerId;
  return (
    <header>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Heading className="min-w-0 text-title font-semibold tracking-tight break-words">
          {isPage ? (
            name
          ) : (
            <Link to={buildUserPath(user.userId)} className="rounded hover:text-accent hover:underline">
              {name}
            </Link>
          )}
        </Heading>
        <VerdictMark verdict={user.verdict} badge />
      </div>
      <div className="mt-1.5 flex flex-wrap items-center gap-x-4 gap-y-1 text-table text-quiet">
        <CopyId id={user.email} label="email address" isFull />
        <CopyId id={user.userId} label="user ID" />
        {customerId && <CopyId id={customerId} label="Stripe customer ID" />}
        {user.stripe && <CopyId id={user.stripe.subscriptionId} label="subscription ID" />}
        {customerId && <StripeLink customerId={customerId}>Open in Stripe</StripeLink>}
        {user.database.workspaces.length > 0 && <OpenAsCustomer userId={user.userId} />}
      </div>
      <p className="mt-4 max-w-prose text-lead text-pretty">{user.sentence}</p>
      <p className="mt-1 flex flex-wrap gap-x-4 text-table text-quiet">
        {user.money && (
          <span>
            <Money amount={user.money.perMonth} currency={user.money.currency} /> per month{" "}
            {user.stripe?.status === "trialing" && user.money.kind === "locked_out"
              ? "after the trial, but no access"
              : MONEY_WORDS[user.money.kind]}
          </span>
        )}
        {user.since !== null && user.money && (
          <span>
            for <Time at={user.since} as="length" />
          </span>
        )}
        <span>
          {user.observedAt === null ? (
            "Stripe has not been fully read for this user yet"
          ) : (
            <>
              Last read from Stripe: <Time at={user.observedAt} />
            </>
          )}
        </span>
      </p>
    </header>
  );
}

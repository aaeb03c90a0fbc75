import { pluralize } from "~/billing/words/counts";
import { describeReversal } from "~/billing/words/reversal";
import type { SubscriptionView } from "~/dashboard/user-view.server";
import { StripeCell } from "~/routes/_staff/user/stripe-cell";
import { CopyId } from "~/ui/copy-id";
import { Time } from "~/ui/format/time";
import { Section } from "~/ui/section";

/** All subscriptions of all linked customers. The one that decides access comes first. */
export function Subscriptions({ subscriptions }: { subscriptions: SubscriptionView[] }) {
  return (
    <Section
      title="Subscriptions"
      aside={subscriptions.length > 0 && pluralize(subscriptions.length, "subscription")}
    >
      {subscriptions.length === 0 ? (
        <p className="py-3 text-table text-quiet">No subscriptions found in Stripe so far.</p>
      ) : (
        <ul className="text-table [container-type:inline-size]">
          {subscriptions.map((subscription) => (
            <li
              key={subscription.subscriptionId}
              className="grid gap-x-4 gap-y-1 border-b border-line py-2 [@container(min-width:40rem)]:grid-cols-[minmax(0,2fr)_minmax(0,2fr)_minmax(0,2fr)_7rem] [@container(min-width:40rem)]:items-center"
            >
              <div>
                <StripeCell stripe={subscription} isRead />
              </div>
              <div className="flex flex-wrap items-center gap-x-3">
                <CopyId id={subscription.subscriptionId} label="subscription ID" />
                <CopyId id={subscription.customerId} label="customer ID" />
              </div>
              <div className="text-quiet">
                started <Time at={subscription.created} as="day" />
                {subscription.currentPeriodEnd !== null && (
                  <>
                    , period ends <Time at={subscription.currentPeriodEnd} as="day" />
                  </>
                )}
                {subscription.reversals.map((reversal) => (
                  <p key={`${reversal.kind} ${reversal.at} ${reversal.amount}`} className="font-medium">
                    {describeReversal(reversal)}
                  </p>
                ))}
              </div>
              <div className="[@container(min-width:40rem)]:text-end">
                {subscription.counts && (
                  <span className="rounded-full bg-accent-soft px-2 py-0.5 text-small font-medium whitespace-nowrap text-accent">
                    decides access
                  </span>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

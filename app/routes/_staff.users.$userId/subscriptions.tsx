import type { SubscriptionView } from "~/dashboard/views";
import { CopyId } from "~/ui/copy-id";
import { Time } from "~/ui/format/time";
import { Section } from "~/ui/section";
import { plural } from "~/ui/status/words";
import { StripeSays } from "../_staff/user/stripe-says";

/** Every subscription of every linked customer, the one that counts first. */
export function Subscriptions({ subscriptions }: { subscriptions: SubscriptionView[] }) {
  return (
    <Section
      title="Subscriptions"
      aside={subscriptions.length > 0 && plural(subscriptions.length, "subscription")}
    >
      {subscriptions.length === 0 ? (
        <p className="py-3 text-table text-quiet">Stripe has none for this user, as far as has been read.</p>
      ) : (
        <ul className="text-table">
          {subscriptions.map((subscription) => (
            <li
              key={subscription.subscriptionId}
              className="grid gap-x-4 gap-y-1 border-b border-line py-2 sm:grid-cols-[2fr_2fr_2fr_1fr] sm:items-center"
            >
              <div>
                <StripeSays stripe={subscription} known />
              </div>
              <div className="flex flex-wrap items-center gap-x-3">
                <CopyId id={subscription.subscriptionId} label="subscription id" />
                <CopyId id={subscription.customerId} label="customer id" />
              </div>
              <div className="text-quiet">
                begun <Time at={subscription.created} as="day" />
                {subscription.currentPeriodEnd !== null && (
                  <>
                    , period to <Time at={subscription.currentPeriodEnd} as="day" />
                  </>
                )}
              </div>
              <div className="sm:text-end">
                {subscription.counts && (
                  <span className="rounded-full bg-accent-soft px-2 py-0.5 text-small font-medium text-accent">
                    counts
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

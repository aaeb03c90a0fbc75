import type { LinkSource } from "~/billing/snapshot";
import type { LinkView } from "~/dashboard/views";
import { Banner } from "~/ui/banner";
import { CopyId } from "~/ui/copy-id";
import { Section } from "~/ui/section";
import { StripeLink } from "../_staff/user/stripe-link";

const SOURCES: Record<LinkSource, string> = {
  recorded: "recorded on the user",
  recorded_subscription: "customer of the recorded subscription",
  metadata: "metadata.userId in Stripe",
  session: "from a checkout of the application",
  confirmed: "confirmed by staff",
  email: "same e-mail address",
};

const STATES: Record<LinkView["state"], string> = {
  present: "there",
  deleted: "deleted in Stripe",
  missing: "Stripe has no such customer",
  never_seen: "not read yet",
};

/** Which Stripe customers are this user's, and why we think so. */
export function Links({ links, suggestions }: { links: LinkView[]; suggestions: string[] }) {
  return (
    <Section title="Linked Stripe customers">
      {suggestions.map((customerId) => (
        <div key={customerId} className="pt-3">
          <Banner tone="review">
            <span className="flex flex-wrap items-center gap-x-3">
              <span>A paying customer with the same address, linked to nobody:</span>
              <CopyId id={customerId} label="customer id" />
              <StripeLink customerId={customerId}>Open in Stripe</StripeLink>
            </span>
          </Banner>
        </div>
      ))}
      {links.length === 0 ? (
        <p className="py-3 text-table text-quiet">No Stripe customer is linked to this user.</p>
      ) : (
        <ul className="text-table">
          {links.map(({ customerId, sources, state, email }) => (
            <li
              key={customerId}
              className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2 text-quiet"
            >
              <CopyId id={customerId} label="customer id" />
              <span>{sources.map((source) => SOURCES[source]).join(", ")}</span>
              {email && <span className="break-all">{email}</span>}
              <span className={state === "present" ? undefined : "font-medium text-high"}>
                {STATES[state]}
              </span>
              <span className="sm:ml-auto">
                <StripeLink customerId={customerId}>Open in Stripe</StripeLink>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

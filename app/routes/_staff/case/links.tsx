import type { LinkSource } from "~/billing/snapshot";
import type { Choice } from "~/dashboard/user-page/case-choices.server";
import type { LinkView } from "~/dashboard/user-view.server";
import { StripeLink } from "~/routes/_staff/user/stripe-link";
import { Banner } from "~/ui/banner";
import { CopyId } from "~/ui/copy-id";
import { Section } from "~/ui/section";

const SOURCES: Record<LinkSource, string> = {
  recorded: "saved on the user",
  recorded_subscription: "customer of the saved subscription",
  metadata: "metadata.userId in Stripe",
  session: "from a checkout",
  confirmed: "confirmed by staff",
  email: "same email address",
};

const STATES: Record<LinkView["state"], string> = {
  present: "exists in Stripe",
  deleted: "deleted in Stripe",
  missing: "not found in Stripe",
  never_seen: "not read yet",
};

/** The Stripe customers of this user, and the source of each link. */
export function Links({ links, possibleMatches }: { links: LinkView[]; possibleMatches: Choice[] }) {
  return (
    <Section title="Linked Stripe customers">
      {possibleMatches.map(({ value: customerId, label }) => (
        <div key={customerId} className="pt-3">
          <Banner tone="review">
            <span className="flex flex-wrap items-center gap-x-3">
              <span>
                <span className="font-medium">Possible match:</span> {label}. Pays, and is linked to no user.
              </span>
              <CopyId id={customerId} label="customer ID" />
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
              <CopyId id={customerId} label="customer ID" />
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

/** Why records and Stripe come apart. `causes.server.ts` counts the users, and the users table lists them. */
type CauseEntry = {
  /** On the page and in the menu of the users table. */
  label: string;
  /** "1 user <one>", "12 users <many>". */
  one: string;
  many: string;
  remedy: string;
  /** What the number is of: the last 30 days, or what is so now. */
  within: "30 days" | "now";
  /** It can only be told once Stripe was read completely; once webhooks arrive; once events can be read. */
  needs: readonly ("full_read" | "webhooks" | "events")[];
};

const ENTRIES = {
  no_webhook: {
    label: "No webhook arrived",
    one: "was repaired by a run, a visit or staff, on a day on which no webhook arrived",
    many: "were repaired by a run, a visit or staff, on a day on which no webhook arrived",
    remedy:
      "Set up the webhook endpoint, or look in Stripe under Developers → Webhooks whether it is disabled or fails.",
    within: "30 days",
    needs: [],
  },
  undelivered: {
    label: "Event not delivered",
    one: "has an event that only a run found: the webhook did not bring it",
    many: "have an event that only a run found: the webhook did not bring it",
    remedy:
      "Look in Stripe under Developers → Webhooks at the failed deliveries, and whether all events of docs/how-it-works.md are chosen.",
    within: "30 days",
    needs: ["webhooks", "events"],
  },
  no_metadata: {
    label: "Payment without a user id",
    one: "differed and pays with a subscription that does not say whose it is",
    many: "differed and pay with a subscription that does not say whose it is",
    remedy: "Set metadata.userId on the subscription or the customer when the checkout is made.",
    within: "30 days",
    needs: ["full_read"],
  },
  unverified_email: {
    label: "Email address not verified",
    one: "may be a payer, but the email address is not verified and proves nothing",
    many: "may be payers, but their email addresses are not verified and prove nothing",
    remedy: "Have users verify their address before they pay, or confirm the link of each.",
    within: "now",
    needs: ["full_read"],
  },
  second_customer: {
    label: "Second Stripe customer",
    one: "has more than one customer in Stripe",
    many: "have more than one customer in Stripe",
    remedy: "Pass the recorded customer to each checkout, so that Stripe makes no second one.",
    within: "now",
    needs: ["full_read"],
  },
  unmapped_price: {
    label: "Price without a plan",
    one: "pays a price that is mapped to no plan",
    many: "pay a price that is mapped to no plan",
    remedy: "Map the price to a plan, or ignore it, on the page Plans.",
    within: "now",
    needs: ["full_read"],
  },
  changed_by_hand: {
    label: "Changed in the database",
    one: "was put back to what Parity had written before: something else had changed the record",
    many: "were put back to what Parity had written before: something else had changed the records",
    remedy:
      "Find the script, job or person that writes these columns, and let only the webhook handler and Parity do so.",
    within: "30 days",
    needs: [],
  },
} as const satisfies Record<string, CauseEntry>;

/** Why a user came apart from Stripe. A user may have several. */
export type Cause = keyof typeof ENTRIES;

export const CAUSE_CATALOGUE: Record<Cause, CauseEntry> = ENTRIES;

const isCause = (text: string): text is Cause => Object.hasOwn(ENTRIES, text);

export const CAUSES: readonly Cause[] = Object.keys(ENTRIES).filter(isCause);

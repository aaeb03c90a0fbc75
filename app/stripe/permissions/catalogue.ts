/** One permission of a restricted key. */
type Permission = {
  id: string;
  /** As Stripe's page for restricted keys names it. */
  name: string;
  access: "Read" | "Write";
  /** As Stripe's errors name it. */
  slug: string;
  /** Which of our keys needs it: STRIPE_SECRET_KEY or STRIPE_CHECKOUT_KEY. */
  key: "secret" | "checkout";
  /** Without a necessary one nothing can be reconciled. */
  isNecessary: boolean;
  /** A cheap GET that Stripe refuses without it. */
  probe: string;
  /** The requests that are refused without it. */
  endpoints: readonly string[];
  /** What does not work without it. */
  without: string;
};

/**
 * Every permission that Parity uses. The table of docs/configuration.md, the doctor, the banner and the log are made from it. What is
 * optional never stands before what is necessary: without it the rest works.
 */
export const PERMISSIONS = [
  {
    id: "subscriptions",
    name: "Subscriptions",
    access: "Read",
    slug: "rak_subscription_read",
    key: "secret",
    isNecessary: true,
    probe: "/v1/subscriptions?limit=1",
    endpoints: ["GET /v1/subscriptions", "GET /v1/subscription_items"],
    without: "Nothing can be checked or repaired.",
  },
  {
    id: "customers",
    name: "Customers",
    access: "Read",
    slug: "rak_customer_read",
    key: "secret",
    isNecessary: true,
    probe: "/v1/customers?limit=1",
    endpoints: ["GET /v1/customers/:id", "GET /v1/customers", "GET /v1/customers/search"],
    without: "Nothing can be checked or repaired.",
  },
  {
    id: "account",
    name: "Account",
    access: "Read",
    slug: "rak_accounts_kyc_basic_read",
    key: "secret",
    isNecessary: false,
    probe: "/v1/account",
    endpoints: ["GET /v1/account"],
    without:
      "The account is known from Stripe’s refusal, or from STRIPE_ACCOUNT_ID. Nothing else is missing.",
  },
  {
    id: "events",
    name: "Events",
    access: "Read",
    slug: "rak_event_read",
    key: "secret",
    isNecessary: false,
    probe: "/v1/events?limit=1",
    endpoints: ["GET /v1/events"],
    without: "Every scheduled run is a full run, which reads everything.",
  },
  {
    id: "checkout_sessions",
    name: "Checkout Sessions",
    access: "Read",
    slug: "rak_checkout_session_read",
    key: "secret",
    isNecessary: false,
    probe: "/v1/checkout/sessions?limit=1",
    endpoints: ["GET /v1/checkout/sessions/:id"],
    without:
      "A guest’s payment is linked by the webhook event, the subscription’s metadata or the address only, not by reading the session.",
  },
  {
    id: "prices",
    name: "Prices",
    access: "Read",
    slug: "rak_plan_read",
    key: "secret",
    isNecessary: false,
    probe: "/v1/prices?limit=1",
    endpoints: ["GET /v1/prices/:id", "GET /v1/prices"],
    without: "Amounts in another currency than a price’s own are not shown.",
  },
  {
    id: "invoices",
    name: "Invoices",
    access: "Read",
    slug: "rak_invoice_read",
    key: "secret",
    isNecessary: false,
    probe: "/v1/invoices?limit=1",
    endpoints: ["GET /v1/invoices", "GET /v1/invoices/:id"],
    without: "The grace period of a late payment counts from when Parity first saw it, not from the invoice.",
  },
  {
    id: "charges",
    name: "Charges and Refunds",
    access: "Read",
    slug: "rak_charge_read",
    key: "secret",
    isNecessary: false,
    probe: "/v1/refunds?limit=1",
    endpoints: ["GET /v1/refunds", "GET /v1/charges/:id", "GET /v1/charges"],
    without: "Refunds are not shown.",
  },
  {
    id: "disputes",
    name: "Disputes",
    access: "Read",
    slug: "rak_dispute_read",
    key: "secret",
    isNecessary: false,
    probe: "/v1/disputes?limit=1",
    endpoints: ["GET /v1/disputes"],
    without: "Disputes are not shown.",
  },
  {
    id: "checkout",
    name: "Checkout Sessions",
    access: "Write",
    slug: "rak_checkout_session_write",
    key: "checkout",
    isNecessary: true,
    probe: "/v1/checkout/sessions?limit=1",
    endpoints: [
      "POST /v1/checkout/sessions",
      "POST /v1/checkout/sessions/:id/expire",
      "GET /v1/checkout/sessions/:id",
    ],
    without: "Customers cannot buy.",
  },
  {
    id: "portal",
    name: "Customer portal",
    access: "Write",
    slug: "rak_customer_portal_write",
    key: "checkout",
    isNecessary: true,
    probe: "/v1/billing_portal/configurations?limit=1",
    endpoints: ["POST /v1/billing_portal/sessions"],
    without: "Customers cannot change or cancel what they have.",
  },
  {
    id: "checkout_prices",
    name: "Prices",
    access: "Read",
    slug: "rak_plan_read",
    key: "checkout",
    isNecessary: false,
    probe: "/v1/prices?limit=1",
    endpoints: ["GET /v1/prices"],
    without: "Plans that are mapped by a lookup key cannot be bought.",
  },
] as const satisfies readonly Permission[];

export type PermissionEntry = (typeof PERMISSIONS)[number];
export type PermissionId = PermissionEntry["id"];

/** What Stripe may refuse: one permission, or the key itself. */
export type RefusalSubject = PermissionId | "key" | "checkout_key";

/** The permission that a request of one of our keys needs first; null when it is not in the table. */
export function findPermission(endpoint: string, key: PermissionEntry["key"]): PermissionEntry | null {
  return (
    PERMISSIONS.find((one) => one.key === key && one.endpoints.some((name) => name === endpoint)) ?? null
  );
}

/** The permission that Stripe's error names; null when it names none of ours. */
export function findPermissionNamed(message: string, key: PermissionEntry["key"]): PermissionEntry | null {
  const slug = /'(rak_\w+)'/.exec(message)?.[1];
  return PERMISSIONS.find((one) => one.key === key && one.slug === slug) ?? null;
}

/** "Checkout Sessions: Read". */
export const formatPermission = ({ name, access }: Pick<Permission, "name" | "access">): string =>
  `${name}: ${access}`;

/** What a refusal says that names a permission of ours: "the key lacks “Events: Read”"; null when it names none. */
export function describeMissingPermission(
  message: string,
  key: PermissionEntry["key"] = "secret",
): string | null {
  const permission = findPermissionNamed(message, key);
  return permission && `the key lacks “${formatPermission(permission)}”`;
}

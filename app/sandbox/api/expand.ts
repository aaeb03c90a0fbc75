import type { Expand } from "../objects/view";
import { ApiError } from "./errors";

const MAX_LEVELS = 4;

/*
 * The fields that can be expanded, and the kind of object they expand to. A nested list is one step (`data` follows).
 * Fields that are always null in the sandbox are expandable, too, as at Stripe.
 */
type Node = { readonly [field: string]: ExpandKind | null };
export type ExpandKind = keyof typeof KINDS;

const KINDS = {
  customer: {
    cash_balance: null,
    default_source: null,
    discount: null,
    invoice_credit_balance: null,
    invoice_settings: "customer_invoice_settings",
    sources: "nothing_list",
    subscriptions: "subscription_list",
    tax: null,
    tax_ids: "nothing_list",
    test_clock: null,
  },
  customer_invoice_settings: { default_payment_method: "payment_method" },
  product: { default_price: "price", tax_code: null },
  price: { currency_options: "currency_options", product: "product", tiers: null },
  currency_options: { tiers: null },
  plan: { product: "product", tiers: null },
  subscription: {
    application: null,
    customer: "customer",
    default_payment_method: "payment_method",
    default_source: null,
    default_tax_rates: null,
    discounts: null,
    items: "subscription_item_list",
    latest_invoice: "invoice",
    on_behalf_of: null,
    pending_setup_intent: null,
    schedule: null,
    test_clock: null,
  },
  subscription_item: { discounts: null, plan: "plan", price: "price", tax_rates: null },
  invoice: {
    confirmation_secret: null,
    customer: "customer",
    default_payment_method: null,
    default_source: null,
    discounts: null,
    lines: "invoice_line_list",
    on_behalf_of: null,
    parent: "invoice_parent",
    payments: "invoice_payment_list",
    test_clock: null,
  },
  invoice_line: { discounts: null, subscription: "subscription" },
  invoice_payment: { invoice: "invoice", payment: "invoice_payment_payment" },
  invoice_payment_payment: { charge: null, payment_intent: "payment_intent" },
  payment_intent: {
    application: null,
    customer: "customer",
    latest_charge: "charge",
    on_behalf_of: null,
    payment_method: "payment_method",
    processing: null,
    review: null,
  },
  payment_method: { customer: "customer" },
  charge: {
    application: null,
    balance_transaction: null,
    customer: "customer",
    on_behalf_of: null,
    payment_intent: "payment_intent",
    refunds: "refund_list",
    review: null,
  },
  refund: {
    balance_transaction: null,
    charge: "charge",
    customer: "customer",
    payment_intent: "payment_intent",
  },
  dispute: { charge: "charge", payment_intent: "payment_intent" },
  invoice_parent: { subscription_details: "invoice_subscription_details" },
  invoice_subscription_details: { subscription: "subscription" },
  "checkout.session": {
    customer: "customer",
    invoice: "invoice",
    line_items: "line_item_list",
    payment_intent: "payment_intent",
    payment_link: null,
    setup_intent: null,
    subscription: "subscription",
  },
  line_item: { discounts: null, price: "price", taxes: null },
  account: {},
  "billing_portal.session": { configuration: null },
  test_clock: {},
  webhook_endpoint: {},
  event: {},
  nothing: {},
  customer_list: { data: "customer" },
  product_list: { data: "product" },
  price_list: { data: "price" },
  plan_list: { data: "plan" },
  subscription_list: { data: "subscription" },
  subscription_item_list: { data: "subscription_item" },
  event_list: { data: "event" },
  "checkout.session_list": { data: "checkout.session" },
  line_item_list: { data: "line_item" },
  webhook_endpoint_list: { data: "webhook_endpoint" },
  invoice_list: { data: "invoice" },
  invoice_line_list: { data: "invoice_line" },
  invoice_payment_list: { data: "invoice_payment" },
  payment_intent_list: { data: "payment_intent" },
  payment_method_list: { data: "payment_method" },
  charge_list: { data: "charge" },
  test_clock_list: { data: "test_clock" },
  refund_list: { data: "refund" },
  dispute_list: { data: "dispute" },
  nothing_list: { data: "nothing" },
} as const;

const GRAPH: Readonly<Record<string, Node>> = KINDS;

type Tree = Map<string, Tree>;

/**
 * The tree of fields to expand in an object of this kind; undefined when there are none. Throws Stripe's error for a path
 * of more than four levels (including `data`) and for a field that cannot be expanded.
 */
export function parseExpand(kind: ExpandKind, paths: readonly string[] | undefined): Expand | undefined {
  if (!paths || paths.length === 0) return undefined;
  const root: Tree = new Map();
  paths.forEach((path, i) => {
    const fields = path.split(".");
    if (fields.length > MAX_LEVELS) {
      throw createExpandError(
        i,
        `You cannot expand more than ${MAX_LEVELS} levels of a property. Property: ${path}`,
      );
    }
    let node: Node | undefined = GRAPH[kind];
    let tree = root;
    for (const field of fields) {
      const next: ExpandKind | null | undefined =
        node && Object.hasOwn(node, field) ? node[field] : undefined;
      if (next === undefined) throw createExpandError(i, describeNotExpandable(kind, path, field));
      const branch: Tree = tree.get(field) ?? new Map();
      tree.set(field, branch);
      tree = branch;
      node = next === null ? undefined : GRAPH[next];
    }
  });
  return root;
}

function describeNotExpandable(kind: ExpandKind, path: string, field: string): string {
  const hint =
    kind.endsWith("_list") && !path.startsWith("data")
      ? ` You may want to try expanding 'data.${path}' instead.`
      : "";
  return `This property cannot be expanded (${field}).${hint}`;
}

function createExpandError(i: number, message: string): ApiError {
  return new ApiError({ status: 400, message, param: `expand[${i}]` });
}

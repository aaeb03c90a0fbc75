/*
 * The permissions of restricted keys, by the names that Stripe's errors use. Prices are `plan` there, and refunds belong to
 * charges. "Write" contains "read".
 */
const FAMILY_BY_PATH: Readonly<Record<string, string>> = {
  account: "accounts_kyc_basic",
  accounts: "accounts_kyc_basic",
  billing_portal: "customer_portal",
  charges: "charge",
  checkout: "checkout_session",
  coupons: "coupon",
  credit_notes: "credit_note",
  customers: "customer",
  disputes: "dispute",
  events: "event",
  invoice_payments: "invoice",
  invoiceitems: "invoice",
  invoices: "invoice",
  payment_intents: "payment_intent",
  payment_methods: "payment_method",
  plans: "plan",
  prices: "plan",
  products: "product",
  promotion_codes: "promotion_code",
  refunds: "charge",
  setup_intents: "setup_intent",
  subscription_items: "subscription",
  subscription_schedules: "subscription",
  subscriptions: "subscription",
  webhook_endpoints: "webhook",
};

/** Fields that need another permission when they are expanded. */
const FAMILY_BY_FIELD: Readonly<Record<string, string>> = {
  charge: "charge",
  customer: "customer",
  default_payment_method: "payment_method",
  invoice: "invoice",
  latest_charge: "charge",
  latest_invoice: "invoice",
  payment_intent: "payment_intent",
  payment_method: "payment_method",
  product: "product",
  setup_intent: "setup_intent",
  subscription: "subscription",
  subscriptions: "subscription",
};

export interface PermissionNeed {
  method: string;
  path: string;
  /** The given `expand`. */
  expand?: readonly string[];
}

/** Stripe's name of the permission for a request, such as `rak_customer_read`. */
export function namePermission({ method, path }: PermissionNeed): string {
  const part = path.split("/")[2] ?? "";
  return `rak_${FAMILY_BY_PATH[part] ?? part}_${method === "GET" || path.endsWith("/search") ? "read" : "write"}`;
}

/** The permissions that the keys lack, changeable while the sandbox runs. None by default. */
export class Permissions {
  readonly #missing = new Map<string, string | undefined>();

  /**
   * Takes a permission away, such as `rak_invoice_read`, from all keys or from one. Without "read" there is no "write"
   * either. Expanded fields need the permission of their object, too.
   */
  deny(permission: string, key?: string): void {
    if (!/^rak_\w+_(?:read|write)$/.test(permission)) throw new Error(`${permission} is not a permission`);
    this.#missing.set(`${permission} ${key ?? ""}`, key);
  }

  /** Gives a permission back, or all. */
  allow(permission?: string, key?: string): void {
    if (permission === undefined) this.#missing.clear();
    else this.#missing.delete(`${permission} ${key ?? ""}`);
  }

  /** The missing permissions. */
  list(): string[] {
    return [...new Set([...this.#missing.keys()].map((entry) => entry.split(" ")[0] ?? ""))];
  }

  /** The permission that this key lacks for this request; undefined when it may. */
  findMissing(key: string, need: PermissionNeed): string | undefined {
    if (this.#missing.size === 0) return undefined;
    const own = namePermission(need);
    const expanded = (need.expand ?? [])
      .flatMap((path) => path.split("."))
      .flatMap((field) => FAMILY_BY_FIELD[field] ?? [])
      .map((family) => `rak_${family}_read`);
    return [own, ...expanded].find((permission) => this.#lacks(key, permission));
  }

  #lacks(key: string, permission: string): boolean {
    const names = permission.endsWith("_write")
      ? [permission, permission.replace(/write$/, "read")]
      : [permission];
    return names.some((name) => this.#missing.has(`${name} `) || this.#missing.has(`${name} ${key}`));
  }
}

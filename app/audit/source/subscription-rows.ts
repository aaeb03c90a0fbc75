import { normalizeWord } from "~/adopt/scan/classify";
import type { CsvValues } from "./csv-rows";

type Row = Record<string, string | boolean | number | null | undefined>;
type Keys = "owner" | "customer" | "email";

/** An owner as rows of the copy. */
export type StagedRecord = { owner: Row; subscription: Row | null; workspace: Row | null };

const WITH_ACCESS = new Set(["active", "trialing", "past_due"]);

/** The rows of a file of subscriptions, by their owners; of several of one owner the one that gives access, else the one that ends last. */
export class SubscriptionRows {
  readonly #byKey: Record<Keys, Map<string, CsvValues>> = {
    owner: new Map(),
    customer: new Map(),
    email: new Map(),
  };
  readonly #used = new Set<CsvValues>();
  readonly #kept = new Set<CsvValues>();

  add(values: CsvValues): void {
    const key = (["owner", "customer", "email"] as const).find((one) => values[one] != null);
    if (key === undefined) return;
    const id = foldKey(key, String(values[key]));
    const known = this.#byKey[key].get(id);
    if (known && rank(known) >= rank(values)) return;
    if (known) this.#kept.delete(known);
    this.#byKey[key].set(id, values);
    this.#kept.add(values);
  }

  /** The rows of a user, with what the file of subscriptions says. */
  toRecord(user: CsvValues): StagedRecord {
    const found = this.#find(user);
    if (found) this.#used.add(found);
    const pick = (field: keyof CsvValues) => found?.[field] ?? user[field] ?? null;
    const id = String(user.id);
    const customer = user.customer ?? found?.customer ?? null;
    const subscription = pick("subscription");
    return {
      owner: {
        ...{
          id,
          email: user.email ?? null,
          name: user.name ?? null,
          emailVerified: user.emailVerified === true,
        },
        ...{ stripeCustomerId: customer, plan: pick("plan"), subscriptionStatus: pick("status") },
        ...{ currentPeriodEnd: pick("periodEnd"), cancelAtPeriodEnd: pick("cancelAtPeriodEnd") === true },
        createdAt: user.createdAt ?? null,
      },
      subscription:
        subscription === null
          ? null
          : {
              userId: id,
              stripeSubscriptionId: subscription,
              stripePriceId: pick("price"),
              productId: pick("product"),
            },
      workspace:
        user.access === undefined
          ? null
          : {
              id,
              ownerId: id,
              name: id,
              status: user.access ? "active" : "locked",
              seats: user.access ? 1 : 0,
            },
    };
  }

  /** Subscriptions whose owner was not among the users. */
  countLeft(): number {
    return [...this.#kept].filter((one) => !this.#used.has(one)).length;
  }

  #find(user: CsvValues): CsvValues | undefined {
    const keys = [
      ["owner", user.id],
      ["customer", user.customer],
      ["email", user.email],
    ] as const;
    for (const [key, value] of keys) {
      const found = typeof value === "string" ? this.#byKey[key].get(foldKey(key, value)) : undefined;
      if (found) return found;
    }
    return undefined;
  }
}

const foldKey = (key: Keys, value: string) => (key === "email" ? value.toLowerCase() : value);

/** Sorts as text: with access first, then the later end. */
const rank = ({ status, periodEnd }: CsvValues): string =>
  `${typeof status === "string" && WITH_ACCESS.has(normalizeWord(status)) ? 1 : 0}${typeof periodEnd === "string" ? periodEnd : ""}`;

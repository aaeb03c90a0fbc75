import { normalizeWord } from "~/adopt/scan/classify";
import { STRIPE_STATUSES } from "~/billing/vocabulary/vocabulary";
import type { CsvField } from "./csv-columns";
import type { CsvValues, ReadRow } from "./csv-rows";

type Row = Record<string, string | boolean | number | null | undefined>;

/** By what a row of subscriptions names its owner; the first that it has. */
export const OWNER_KEYS = ["owner", "customer", "email"] as const;

/** Rows of the copy that a row of users becomes. */
export type StagedOwner = { owner: Row; subscription: Row | null; workspace: Row | null };

/** A row of the users as rows of the copy. `has`: which fields the file has. */
export function toOwnerRows(
  { line, values }: ReadRow,
  deciding: CsvField | null,
  has: (field: CsvField) => boolean,
): StagedOwner {
  const id = String(values.id);
  const pick = (field: CsvField) => values[field] ?? null;
  return {
    owner: {
      ...{ id, line, ...rankRow(values, deciding), email: pick("email"), name: pick("name") },
      ...{ emailVerified: values.emailVerified === true, createdAt: pick("createdAt"), ...toBilling(values) },
    },
    subscription: has("subscription") ? { userId: id, line, ...toSubscription(values) } : null,
    workspace:
      values.access === undefined
        ? null
        : {
            ...{ id, line, ownerId: id, name: id },
            ...{ status: values.access ? "active" : "locked", seats: values.access ? 1 : 0 },
          },
  };
}

/** A row of the subscriptions, under what names its owner. */
export function toSubscriptionRow({ line, values }: ReadRow, deciding: CsvField | null): Row | null {
  const key = toOwnerKey(values, OWNER_KEYS);
  return (
    key && { ...key, line, ...rankRow(values, deciding), ...toBilling(values), ...toSubscription(values) }
  );
}

/** What names the owner of a row; null where nothing does. */
export function toOwnerKey(values: CsvValues, keys: readonly CsvField[]) {
  const field = keys.find((one) => values[one] != null);
  if (field === undefined) return null;
  const key = String(values[field]);
  // As PostgreSQL folds it where the copy is joined.
  const folded = field === "email" ? key.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()) : key;
  return { kind: field === "id" ? "owner" : field, key: folded };
}

const toBilling = (values: CsvValues): Row => ({
  ...{ stripeCustomerId: values.customer ?? null, plan: values.plan ?? null },
  ...{ subscriptionStatus: values.status ?? null, currentPeriodEnd: values.periodEnd ?? null },
  cancelAtPeriodEnd: values.cancelAtPeriodEnd ?? null,
});

const toSubscription = (values: CsvValues): Row => ({
  ...{ stripeSubscriptionId: values.subscription ?? null, stripePriceId: values.price ?? null },
  productId: values.product ?? null,
});

const WITH_ACCESS = new Set(["active", "trialing", "past_due"]);
const WITHOUT_ACCESS = new Set(STRIPE_STATUSES.filter((status) => !WITH_ACCESS.has(status)));

/**
 * Which of several rows of one owner counts: the highest, compared as text. 2: it gives access; 1: a word that only the application
 * understands; 0: it gives none. Then the later end.
 */
function rankRow(values: CsvValues, deciding: CsvField | null): { rank: string; says: string | null } {
  const value = deciding === null ? null : (values[deciding] ?? null);
  const end = typeof values.periodEnd === "string" ? values.periodEnd : "";
  return { rank: `${rankValue(value, deciding)}${end}`, says: value === null ? null : String(value) };
}

function rankValue(value: string | boolean | null, deciding: CsvField | null): 0 | 1 | 2 {
  if (typeof value === "boolean") return value ? 2 : 0;
  if (value === null || deciding === "periodEnd") return 0;
  const word = normalizeWord(value);
  if (deciding !== "status") return 1;
  return WITH_ACCESS.has(word) ? 2 : WITHOUT_ACCESS.has(word) || word === "cancelled" ? 0 : 1;
}

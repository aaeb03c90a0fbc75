import type { SubscriptionItem } from "~/billing/observation";
import { CrossTable } from "./cross-table";
import type { PlanRow } from "./read-plan-rows.server";
import type { RecordedOwner } from "./read-recorded.server";
import { chooseSubscription, isEntitledStatus, type StripeFacts } from "./read-stripe.server";

export type LearnedPlan = { prices: string[]; products: string[]; lookupKeys: string[]; reason: string };
export type LearnedPlans = {
  /** By the application's word. */
  plans: ReadonlyMap<string, LearnedPlan>;
  /** The word for no plan; undefined when none was found. */
  none: string | undefined;
  onEnd: "keep" | "none";
  /** Words that no price buys, with how many owners have them. */
  unknown: readonly (readonly [word: string, count: number])[];
  /** Prices in use that no word belongs to. */
  withoutWord: readonly string[];
};

const WITHOUT = /^(free|none|no_plan|basic_free|starter_free)?$/i;

/**
 * Learns which prices buy which plan, and the word for no plan, by what Stripe, or else the record, says of the same owners.
 * `rows`: the application's own table of plans, which is believed first.
 */
export function learnPlans(
  owners: readonly RecordedOwner[],
  facts: StripeFacts | null,
  rows: readonly PlanRow[] = [],
): LearnedPlans {
  const table = new CrossTable();
  const counts = new Map<string, number>();
  const productsByPrice = new Map<string, string | null>();
  const toLabel = (word: string) => rows.find((row) => row.word === word)?.label ?? word;
  const ended: (string | null)[] = [];
  const never: string[] = [];
  for (const owner of owners) {
    const { plan } = owner;
    if (plan !== null) counts.set(plan, (counts.get(plan) ?? 0) + 1);
    const state = findState(owner, facts);
    if (state.price !== null && plan !== null) table.add(state.price, plan);
    if (state.price !== null) productsByPrice.set(state.price, state.product);
    if (state.is === "ended") ended.push(plan);
    if (state.is === "never" && plan !== null) never.push(plan);
  }
  const plans = readDefined(rows);
  const defined = [...plans.values()].flatMap(({ prices, products }) => [...prices, ...products]);
  const withoutWord: string[] = [];
  for (const price of table.things) {
    const product = productsByPrice.get(price) ?? null;
    if (defined.includes(price) || (product !== null && defined.includes(product))) continue;
    const found = table.findWord(price);
    if (!found || WITHOUT.test(toLabel(found.word))) {
      withoutWord.push(price);
      continue;
    }
    const plan = plans.get(found.word) ?? { prices: [], products: [], lookupKeys: [], reason: "" };
    plan.prices.push(price);
    const reason = `${found.count} of ${found.total} with ${price}`;
    plans.set(found.word, { ...plan, reason: plan.reason === "" ? reason : `${plan.reason}; ${reason}` });
  }
  const none = findNone(never, plans) ?? findFree([...counts.keys()], toLabel);
  const emptied = ended.filter((word) => word === null || word === none).length;
  return {
    ...{ plans, none, withoutWord },
    onEnd: ended.length >= FEW && emptied >= ended.length * 0.6 ? "none" : "keep",
    unknown: [...counts].filter(([word]) => !plans.has(word) && word !== none && word.trim() !== ""),
  };
}

/** Fewer owners than this prove nothing. */
const FEW = 3;

const findFree = (words: readonly string[], toLabel: (word: string) => string): string | undefined =>
  words.find((word) => WITHOUT.test(toLabel(word)) && word !== "");

/** What the application's own table says; not an id that stands in several rows. */
function readDefined(rows: readonly PlanRow[]): Map<string, LearnedPlan> {
  const all = rows.flatMap(({ prices, products }) => [...new Set([...prices, ...products])]);
  const isOnce = (id: string) => all.indexOf(id) === all.lastIndexOf(id);
  const plans = new Map<string, LearnedPlan>();
  for (const { word, label, ...row } of rows) {
    const prices = [...new Set(row.prices)].filter(isOnce);
    // A price says more than its product, which may be sold at several.
    const products = prices.length > 0 ? [] : [...new Set(row.products)].filter(isOnce);
    if (prices.length + products.length > 0)
      plans.set(word, { prices, products, lookupKeys: [], reason: `so says the row ${label}` });
  }
  return plans;
}

type State = { is: "paying" | "ended" | "never"; price: string | null; product: string | null };

/** Whether the owner pays, and by which price. */
export function findState(
  { customer, subscription, price, product }: RecordedOwner,
  facts: StripeFacts | null,
): State {
  const nothing = { price: null, product: null };
  if (!facts) return price === null ? { is: "never", ...nothing } : { is: "paying", price, product };
  const chosen = chooseSubscription(
    (customer === null ? undefined : facts.byCustomer.get(customer)) ?? [],
    subscription,
  );
  if (!chosen) return { is: "never", ...nothing };
  if (!isEntitledStatus(chosen.status)) return { is: "ended", ...nothing };
  const item = findMainItem(chosen.items);
  return { is: "paying", price: item?.priceId ?? null, product: item?.productId ?? null };
}

/** The item that a plan is bought with: the dearest. */
const findMainItem = (items: readonly SubscriptionItem[]): SubscriptionItem | undefined =>
  [...items].sort((a, b) => (b.unitAmount ?? 0) * b.quantity - (a.unitAmount ?? 0) * a.quantity)[0];

function findNone(never: readonly string[], plans: ReadonlyMap<string, unknown>): string | undefined {
  const counts = new Map<string, number>();
  for (const word of never) if (!plans.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const [top] = [...counts].sort((a, b) => b[1] - a[1]);
  return top && top[1] >= FEW && top[1] * 2 > never.length ? top[0] : undefined;
}

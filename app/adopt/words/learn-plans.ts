import type { SubscriptionItem } from "~/billing/observation";
import { CrossTable } from "./cross-table";
import type { RecordedOwner } from "./read-recorded.server";
import { chooseSubscription, isEntitledStatus, type StripeFacts } from "./read-stripe.server";

export type LearnedPlan = { prices: string[]; lookupKeys: string[]; reason: string };
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

/** Learns which prices buy which plan, and the word for no plan, by what Stripe, or else the record, says of the same owners. */
export function learnPlans(owners: readonly RecordedOwner[], facts: StripeFacts | null): LearnedPlans {
  const table = new CrossTable();
  const counts = new Map<string, number>();
  const ended: (string | null)[] = [];
  const never: string[] = [];
  for (const owner of owners) {
    const { plan } = owner;
    if (plan !== null) counts.set(plan, (counts.get(plan) ?? 0) + 1);
    const state = findState(owner, facts);
    if (state.price !== null && plan !== null) table.add(state.price, plan);
    if (state.is === "ended") ended.push(plan);
    if (state.is === "never" && plan !== null) never.push(plan);
  }
  const plans = new Map<string, LearnedPlan>();
  const withoutWord: string[] = [];
  for (const price of table.things) {
    const found = table.findWord(price);
    if (!found || WITHOUT.test(found.word)) {
      withoutWord.push(price);
      continue;
    }
    const plan = plans.get(found.word) ?? { prices: [], lookupKeys: [], reason: "" };
    plan.prices.push(price);
    const reason = `${found.count} of ${found.total} with ${price}`;
    plans.set(found.word, { ...plan, reason: plan.reason === "" ? reason : `${plan.reason}; ${reason}` });
  }
  const none = findNone(never, plans) ?? [...counts.keys()].find((word) => WITHOUT.test(word) && word !== "");
  const emptied = ended.filter((word) => word === null || word === none).length;
  return {
    ...{ plans, none, withoutWord },
    onEnd: ended.length >= FEW && emptied >= ended.length * 0.6 ? "none" : "keep",
    unknown: [...counts].filter(([word]) => !plans.has(word) && word !== none && word.trim() !== ""),
  };
}

/** Fewer owners than this prove nothing. */
const FEW = 3;

type State = { is: "paying" | "ended" | "never"; price: string | null };

/** Whether the owner pays, and by which price. */
export function findState(
  { customer, subscription, price }: RecordedOwner,
  facts: StripeFacts | null,
): State {
  if (!facts) return price === null ? { is: "never", price: null } : { is: "paying", price };
  const chosen = chooseSubscription(
    (customer === null ? undefined : facts.byCustomer.get(customer)) ?? [],
    subscription,
  );
  if (!chosen) return { is: "never", price: null };
  if (!isEntitledStatus(chosen.status)) return { is: "ended", price: null };
  return { is: "paying", price: findMainItem(chosen.items)?.priceId ?? null };
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

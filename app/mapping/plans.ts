import type { Mapping } from "./mapping.server";

type Sets = Mapping["plans"][string]["sets"];

/** A plan under the word that the application records for it. */
export type MappedPlan = { id: string; name: string; seats: number; sets: Sets };

/** What buys a plan. */
export type MappedPrice = { planId: string; column: "priceId" | "lookupKey" | "productId"; value: string };

/**
 * The plans of a mapping, as Parity keeps them. Where the application records the price or the product in place of a word,
 * each of them is a plan of its own.
 */
export function listMappedPlans(mapping: Mapping): { plans: MappedPlan[]; prices: MappedPrice[] } {
  const { plans, plan } = mapping;
  const holds = recordsPlans(mapping) ? plan.holds : "word";
  const found = new Map<string, MappedPlan>();
  const prices: MappedPrice[] = [];
  for (const [key, { word = key, name = key, seats, sets, ...buys }] of Object.entries(plans)) {
    const add = (id: string, column: MappedPrice["column"], value: string) => {
      found.set(id, { id, name, seats, sets });
      prices.push({ planId: id, column, value });
    };
    const isReplaced =
      (holds === "price" && buys.prices.length > 0) || (holds === "product" && buys.products.length > 0);
    if (!isReplaced) found.set(word, { id: word, name, seats, sets });
    for (const value of buys.prices) add(holds === "price" ? value : word, "priceId", value);
    for (const value of buys.products) add(holds === "product" ? value : word, "productId", value);
    for (const value of buys.lookupKeys) add(word, "lookupKey", value);
  }
  return { plans: [...found.values()], prices };
}

const recordsPlans = ({ fields, tables }: Mapping): boolean =>
  fields.plan !== undefined ||
  fields.subscriptionPlan !== undefined ||
  tables.owners.some((kind) => kind.fields?.plan !== undefined);

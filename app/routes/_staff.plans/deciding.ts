import type { DecisionKind } from "~/engine/decisions/kinds";
import type { DecisionSubject } from "~/routes/_staff/decide/decision-props";

/** What is being decided on the page. */
export type Deciding = { kind: DecisionKind; subject: DecisionSubject };

export type NameKind = "priceId" | "lookupKey" | "productId";
type Plan = { id: string; name: string; seats: number };

/** All decisions of the page have one key, so that the page shows what came of the last one. */
export const PLANS_KEY = "plans";

const base = { key: PLANS_KEY, basedOn: null };
const toChoices = (plans: readonly Plan[]) => ({
  plans: plans.map(({ id, name }) => ({ value: id, label: name })),
});

/** A price, lookup key or product that is named already. */
export const decideName = (
  kind: "map_price" | "ignore_price" | "unmap_price",
  { nameKind, name }: { nameKind: NameKind; name: string },
  plans: readonly Plan[],
): Deciding => ({ kind, subject: { ...base, name, input: { [nameKind]: name }, choices: toChoices(plans) } });

/** Something is mapped to a plan; what it is, is typed. */
export const decideMapping = (plan: Plan): Deciding => ({
  kind: "map_price",
  subject: { ...base, name: plan.name, input: { planId: plan.id }, choices: {} },
});

/** Null: a new plan. */
export const decidePlan = (plan: Plan | null): Deciding => ({
  kind: "set_plan",
  subject:
    plan === null
      ? { ...base, name: "", input: { isNew: "true" }, choices: {} }
      : {
          ...{ ...base, name: plan.name, input: { planId: plan.id }, choices: {} },
          values: { name: plan.name, seats: String(plan.seats) },
        },
});

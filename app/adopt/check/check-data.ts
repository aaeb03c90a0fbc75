import { isCancelScheduled } from "~/billing/observation";
import { listKnownWords } from "~/mapping/bridge/select-rows";
import type { Mapping } from "~/mapping/mapping.server";
import type { RecordedOwner } from "../words/read-recorded.server";
import { chooseSubscription, isEntitledStatus, type StripeFacts } from "../words/read-stripe.server";
import type { Check } from "./report";

/** What the application's records say about the mapping: words that it does not know, owners without an address, none at all. */
export function checkData(mapping: Mapping, owners: readonly RecordedOwner[]): Check[] {
  if (owners.length === 0)
    return [
      {
        ...{ level: "problem", about: "tables.owners" },
        text: "no owner was found: the table is empty, or the condition under where leaves all out. Nothing would be compared",
      },
    ];
  const checks: Check[] = [{ level: "ok", about: "tables.owners", text: `${owners.length} owners` }];
  const withCustomer = owners.filter(({ customer }) => customer !== null).length;
  if (withCustomer === 0 && mapping.fields.customer)
    checks.push({
      ...{ level: "note", about: "fields.customer" },
      text: "no owner has the id of a customer yet: payments are found by the subscription, by metadata, or by the address",
    });
  const withoutAddress = owners.filter(({ email }) => email === null || email.trim() === "").length;
  if (withoutAddress > 0)
    checks.push({
      ...{ level: "note", about: "fields.email" },
      text: `${withoutAddress} of ${owners.length} owners have no address: their payments are not found by it`,
    });
  checks.push(...checkIds(mapping, owners), ...checkWords(mapping, owners), ...checkAccessWords(mapping));
  return checks;
}

/** Two owners with one id would be taken for one. */
function* checkIds({ tables }: Mapping, owners: readonly RecordedOwner[]): Generator<Check> {
  const repeated = countWords(owners.map(({ id }) => id)).filter(([, count]) => count > 1);
  if (repeated.length === 0) return;
  const shown = repeated.slice(0, 5).map(([id]) => id);
  const kinds = tables.owners.map(({ as }) => as).join(" and ");
  yield {
    ...{ level: "problem", about: "tables.owners" },
    text: `${repeated.length} ids stand for several owners (${shown.join(", ")}${repeated.length > shown.length ? ", …" : ""}): among ${kinds} each id must be of one owner`,
  };
}

/** Where the status decides, what the application does with a late payment has to be said. */
function* checkAccessWords({ status, access }: Mapping): Generator<Check> {
  const late = findWord({ status }, "past_due", false);
  if (access.by !== "status" || status.access !== undefined || late === null) return;
  yield {
    ...{ level: "note", about: "status.access" },
    text: `the mapping does not say which statuses let an owner in. Until it does, writing ${late} over a status with access counts as taking access: it is not done while only grants are allowed. Write status: { access: [your statuses] }`,
  };
}

function* checkWords(mapping: Mapping, owners: readonly RecordedOwner[]): Generator<Check> {
  const statuses = new Set([...listKnownWords(mapping), ...mapping.status.byHand]);
  const plans = new Set([
    ...Object.entries(mapping.plans).map(([id, { word }]) => word ?? id),
    ...mapping.plan.byHand,
    mapping.plan.none,
  ]);
  for (const [word, count] of countWords(owners.map(({ status }) => status)))
    if (!statuses.has(word))
      yield {
        ...{ level: "note", about: "status" },
        text: `${describeOwners(count)} the status ${word}, which the mapping does not know: it is kept and never overwritten. Name it under status.words, or under status.byHand when it means access given by hand`,
      };
  if (mapping.plan.holds === "word")
    for (const [word, count] of countWords(owners.map(({ plan }) => plan)))
      if (!plans.has(word))
        yield {
          ...{ level: "note", about: "plans" },
          text: `${describeOwners(count)} the plan ${word}, which the mapping does not know: it is kept and never overwritten. Name it under plans, plan.none or plan.byHand`,
        };
}

const describeOwners = (count: number): string => (count === 1 ? "1 owner has" : `${count} owners have`);

function countWords(words: readonly (string | null)[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of words) if (word !== null && word !== "") counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** More owners than this part that pay and have access cannot all be wrong in the same field. */
const WRONG_SHARE = 0.2;
const FEW = 5;

type Difference = { field: string; recorded: string; expected: string };

/** Where many owners who pay differ in the same field, the mapping is wrong and not the data. */
export function checkDifferences(
  mapping: Mapping,
  owners: readonly RecordedOwner[],
  facts: StripeFacts,
): Check[] {
  const differences = new Map<string, Difference[]>();
  let compared = 0;
  for (const owner of owners) {
    const { customer, subscription, status, plan } = owner;
    if (customer === null || (subscription === null && status === null && plan === null)) continue;
    const chosen = chooseSubscription(facts.byCustomer.get(customer) ?? [], subscription);
    if (!chosen || !isEntitledStatus(chosen.status)) continue;
    compared += 1;
    const item =
      chosen.items.find(({ priceId }) => findPlanWord(mapping, priceId) !== null) ?? chosen.items[0];
    const compare = (field: string, recorded: string | null, expected: string | null) => {
      if (expected === null || recorded === expected) return;
      const all = differences.get(field) ?? [];
      differences.set(field, [...all, { field, recorded: recorded ?? "nothing", expected }]);
    };
    if (mapping.fields.status)
      compare("status", status, findWord(mapping, chosen.status, isCancelScheduled(chosen)));
    if (mapping.fields.plan && mapping.plan.holds === "word")
      compare("plan", plan, item ? findPlanWord(mapping, item.priceId) : null);
    if (mapping.fields.price) compare("price", owner.price, item?.priceId ?? null);
    if (mapping.fields.subscription) compare("subscription", subscription, chosen.id);
    if (mapping.fields.periodEnd && item?.periodEnd != null)
      compare("periodEnd", toDay(owner.periodEnd), toDay(item.periodEnd));
  }
  if (compared < FEW) return [];
  const wrong = [...differences].filter(([, all]) => all.length > compared * WRONG_SHARE);
  if (wrong.length === 0)
    return [
      { level: "ok", about: "fields", text: `${compared} owners who pay agree with Stripe in most fields` },
    ];
  return wrong.map(([field, all]) => {
    const [usual] = [...all].sort((a, b) => countSame(all, b) - countSame(all, a));
    return {
      ...{ level: "problem", about: `fields.${field}` },
      text: `${all.length} of ${compared} owners who pay differ in ${field}${usual ? `, most often ${usual.recorded} there and ${usual.expected} expected` : ""}. So many are seldom wrong in the same way: the mapping is wrong, not your data`,
    };
  });
}

const countSame = (all: readonly Difference[], one: Difference): number =>
  all.filter(({ recorded, expected }) => recorded === one.recorded && expected === one.expected).length;

/** Periods that were renewed a moment ago, or kept in another zone, are compared by their time. */
const toDay = (seconds: number | null): string | null =>
  seconds === null ? null : new Date(Math.floor(seconds) * 1000).toISOString();

function findWord({ status }: Pick<Mapping, "status">, one: string, isScheduled: boolean): string | null {
  if (isScheduled && status.cancelScheduled !== undefined) return status.cancelScheduled;
  if (!status.words) return one;
  return Object.entries(status.words).find(([, all]) => all.includes(one))?.[0] ?? null;
}

function findPlanWord({ plans }: Mapping, priceId: string): string | null {
  const found = Object.entries(plans).find(([, { prices }]) => prices.includes(priceId));
  return found ? (found[1].word ?? found[0]) : null;
}

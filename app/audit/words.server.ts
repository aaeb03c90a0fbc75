import type pg from "pg";
import { z } from "zod";
import { findState, learnPlans } from "~/adopt/words/learn-plans";
import { learnStatuses } from "~/adopt/words/learn-statuses";
import type { RecordedOwner } from "~/adopt/words/read-recorded.server";
import type { StripeFacts } from "~/adopt/words/read-stripe.server";
import type { Subscription } from "~/billing/observation";
import { storedItems } from "~/engine/observe/stored-items";
import { type MappingDocument, mappingSchema } from "~/mapping/mapping.server";
import type { Described } from "./staging.server";

type Client = Pick<pg.ClientBase, "query">;

/** A word that only the application understands. */
export type UnknownWord = { field: "plan" | "status"; word: string; owners: number };
export type LearnedWords = { described: Described; notes: string[] };

/** By how many owners words are learned. */
const MOST = 50_000;

/**
 * Learns which prices buy which plan, and what the application's statuses mean, from what was read of the same customers in
 * Stripe. The plans are stored; the description, with the words, is handed back.
 */
export async function learnWords(
  client: Client,
  described: Described,
  learns: "words" | "plans",
): Promise<LearnedWords> {
  const [owners, facts] = [await loadOwners(client), await loadFacts(client)];
  const { fields } = mappingSchema.parse(described.document);
  const notes: string[] = [];
  const document: MappingDocument = { ...described.document };
  if (learns === "words" && fields.status) {
    const { words, cancelScheduled, unknown } = learnStatuses(owners, facts);
    document.status = {
      ...document.status,
      ...(words ? { words: Object.fromEntries([...words].map(([word, all]) => [word, [...all]])) } : {}),
      ...(cancelScheduled === null ? {} : { cancelScheduled }),
    };
    if (words) notes.push(`Statuses, learned from Stripe: ${listWords(words)}.`);
    if (unknown.length > 0) notes.push(describeUnknown("status", unknown));
  }
  const hasPlans = fields.plan !== undefined;
  const byPrice = hasPlans
    ? owners
    : owners.map((owner) => ({ ...owner, plan: findState(owner, facts).price }));
  const { plans, none, onEnd, unknown, withoutWord } = learnPlans(byPrice, facts);
  const prices = new Map([...plans].map(([word, plan]) => [word, plan.prices]));
  // Without a column for the plan every price buys something.
  if (!hasPlans)
    for (const price of listPrices(facts))
      if (![...prices.values()].flat().includes(price)) prices.set(price, [price]);
  document.plans = Object.fromEntries([...prices].map(([word, all]) => [word, { prices: [...all] }]));
  if (hasPlans) {
    document.plan = { ...document.plan, onEnd, ...(none === undefined ? {} : { none }) };
    if (plans.size > 0)
      notes.push(
        `Plans, learned from Stripe: ${[...plans].map(([word, { prices: all }]) => `${word} is ${all.join(" or ")}`).join("; ")}.`,
      );
    if (unknown.length > 0) notes.push(describeUnknown("plan", unknown));
    if (withoutWord.length > 0)
      notes.push(`No plan is known for ${withoutWord.join(", ")}: most who pay it have no plan recorded.`);
  }
  return { described: { ...described, document }, notes };
}

const listWords = (words: ReadonlyMap<string, readonly string[]>): string =>
  [...words].map(([word, all]) => `${word} is ${all.join(" or ")}`).join("; ");

const describeUnknown = (what: string, words: readonly (readonly [string, number])[]): string =>
  `This ${what} is not known, and so is never called wrong: ${words.map(([word, count]) => `${word} (${count})`).join(", ")}.`;

const listPrices = ({ byCustomer }: StripeFacts): string[] => [
  ...new Set([...byCustomer.values()].flat().flatMap(({ items }) => items.map(({ priceId }) => priceId))),
];

const ownerRow = z.object({
  ...{ id: z.string(), customer: z.string().nullable(), subscription: z.string().nullable() },
  ...{ status: z.string().nullable(), plan: z.string().nullable(), price: z.string().nullable() },
  ...{ product: z.string().nullable(), periodEnd: z.number().nullable(), email: z.string().nullable() },
  cancelAtPeriodEnd: z.boolean().nullable(),
});

/** Most owners have recorded whose customer they are; the others teach by what Stripe's metadata or a single address says. */
async function loadOwners(client: Client): Promise<RecordedOwner[]> {
  const { rows } = await client.query<unknown[]>(
    `WITH customers AS (SELECT id, "metadataUserId", "emailFolded" FROM parity."StripeCustomer" WHERE state = 'present')
     SELECT u.id, coalesce(nullif(u."stripeCustomerId", ''), s."customerId", named.id, addressed.id) AS customer, b."stripeSubscriptionId" AS subscription,
       u."subscriptionStatus" AS status, u.plan, nullif(b."stripePriceId", '') AS price, b."productId" AS product, u.email,
       u."cancelAtPeriodEnd", extract(epoch FROM u."currentPeriodEnd")::float8 AS "periodEnd"
     FROM parity."User" u LEFT JOIN parity."BillingSubscription" b ON b."userId" = u.id
     LEFT JOIN parity."StripeSubscription" s ON s.id = b."stripeSubscriptionId"
     LEFT JOIN (SELECT "metadataUserId" AS name, min(id) AS id FROM customers GROUP BY 1 HAVING count(*) = 1) named ON named.name = u.id
     LEFT JOIN (SELECT "emailFolded" AS address, min(id) AS id FROM customers GROUP BY 1 HAVING count(*) = 1) addressed
       ON addressed.address = lower(u.email COLLATE "C") AND addressed.address <> '' LIMIT ${MOST}`,
  );
  return z.array(ownerRow).parse(rows);
}

const subscriptionRow = z.object({
  ...{ id: z.string(), customerId: z.string(), status: z.string(), items: storedItems, created: z.number() },
  ...{ cancelAtPeriodEnd: z.boolean(), cancelAt: z.number().nullable() },
});

async function loadFacts(client: Client): Promise<StripeFacts> {
  const { rows } = await client.query<unknown[]>(
    `SELECT id, "customerId", status, items, extract(epoch FROM created)::float8 AS created, "cancelAtPeriodEnd",
       extract(epoch FROM "cancelAt")::float8 AS "cancelAt"
     FROM parity."StripeSubscription" WHERE NOT gone ORDER BY id LIMIT ${2 * MOST}`,
  );
  const byCustomer = new Map<string, Subscription[]>();
  for (const { customerId, ...row } of z.array(subscriptionRow).parse(rows)) {
    const known = byCustomer.get(customerId) ?? [];
    byCustomer.set(customerId, [...known, { ...UNASKED, ...row, customerId, startDate: row.created }]);
  }
  return { byCustomer, metadata: new Map(), subscriptionCount: rows.length, unreadable: 0 };
}

/** What nothing is learned from. */
const UNASKED = {
  ...{ metadataUserId: null, canceledAt: null, endedAt: null, latestInvoiceId: null, testClockId: null },
  ...{ collectionPaused: false, pastDueSince: null, unpaidSince: null, entitlingSince: null },
};

import { z } from "zod";
import {
  findMappingRow,
  listNamesTogether,
  lockMappings,
  type MappedTo,
  type PriceName,
  type StoredMapping,
  selectCustomersOfPrices,
  writeMapping,
} from "~/engine/account/price-mappings.server";
import { type Handler, type Prepared, type Refusal, refuse } from "~/engine/decisions/handler.server";
import { findLatestDecision, type StoredDecision, type Subject } from "~/engine/decisions/store.server";
import {
  countUsersConcerned,
  enqueueUsersConcerned,
  listUsersConcerned,
} from "~/engine/observe/recheck-queue.server";
import type { Tx } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { idInput } from "./inputs.server";
import { MOST_COUNTED, MOST_WEIGHED } from "./weighed";

const priceInput = z
  .object({
    priceId: idInput("a price").optional(),
    lookupKey: idInput("a lookup key").optional(),
    productId: idInput("a product").optional(),
  })
  .transform((names, context): PriceName => {
    const [given, another] = (["priceId", "lookupKey", "productId"] as const).flatMap((kind) => {
      const value = names[kind];
      return value === undefined ? [] : [{ kind, value }];
    });
    if (given !== undefined && another === undefined) return given;
    context.addIssue({ code: "custom", message: "Give one price, lookup key or product." });
    return z.NEVER;
  });

const mapToPlan = z
  .looseObject({ planId: idInput("a plan") })
  .transform((all, context): { name: PriceName; planId: string } => {
    const parsed = priceInput.safeParse(all);
    if (parsed.success) return { name: parsed.data, planId: all.planId };
    context.addIssue({ code: "custom", message: parsed.error.issues[0]?.message ?? "Give a price." });
    return z.NEVER;
  });

/** A mapping as it is kept with a decision; null: there was none. */
const kept = z
  .object({ planId: z.string().nullable(), source: z.string(), seenLookupKey: z.string().nullable() })
  .nullable();

const toMapped = (row: StoredMapping | null): MappedTo => (row === null ? undefined : row.planId);
const BY_ADMIN = { source: "admin", seenLookupKey: null };

const lockPrices = () => ["prices"];

/** A price, all prices of a product, or the price that has a lookup key, belongs to a plan. */
export const mapPrice: Handler<{ name: PriceName; planId: string }> = {
  input: mapToPlan,
  lock: lockPrices,
  prepare: (tx, { name, planId }) => prepareMapping(tx, name, planId),
  revert: revertMapping,
};

/** It is not ours: subscriptions at this price are shown and never count. */
export const ignorePrice: Handler<PriceName> = {
  input: priceInput,
  lock: lockPrices,
  prepare: (tx, name) =>
    name.kind === "lookupKey"
      ? Promise.resolve(
          refuse("refused", "A lookup key moves between prices. Ignore the price or the product."),
        )
      : prepareMapping(tx, name, null),
  revert: revertMapping,
};

export const unmapPrice: Handler<PriceName> = {
  input: priceInput,
  lock: lockPrices,
  prepare: (tx, name) => prepareMapping(tx, name, undefined),
  revert: revertMapping,
};

const toSubject = ({ kind, value }: PriceName, to: MappedTo): Subject => ({
  [kind]: value,
  ...(to != null && { planId: to }),
});

const seenRow = z.object({ id: z.string() });
const toNoun = ({ kind }: PriceName) => (kind === "lookupKey" ? "lookup key" : "id");

async function prepareMapping(
  tx: Tx,
  name: PriceName,
  to: MappedTo,
  origin: Omit<StoredMapping, "planId"> = BY_ADMIN,
): Promise<Prepared | Refusal> {
  await lockMappings(tx);
  const plan = to == null ? null : await tx.plan.findUnique({ where: { id: to } });
  if (to != null && plan === null) return refuse("refused", `There is no plan ${to}.`);
  const before = await findMappingRow(tx, name);
  const sentence = `${name.value} ${to === undefined ? "is not mapped any more" : to === null ? "is ignored: it is not ours" : `is the plan ${plan?.name ?? to}`}.`;
  if (toMapped(before) === to)
    return refuse(
      "already",
      `That is decided already: ${sentence}`,
      (await findLatestDecision(tx, toSubject(name, undefined))) ?? undefined,
    );
  const customers = selectCustomersOfPrices(await listNamesTogether(tx, name));
  const userIds = await listUsersConcerned(tx, customers, MOST_WEIGHED);
  // A price may be mapped before anyone buys it; a mistyped id looks the same.
  const isSeen = to === undefined || (await queryRows(tx, seenRow, sql`${customers} LIMIT 1`)).length > 0;
  const unseen = ` No subscription that was read from Stripe has it: check the ${toNoun(name)}, unless it is new.`;
  return {
    ok: true,
    subject: toSubject(name, to),
    userIds,
    usersTotal:
      userIds.length < MOST_WEIGHED ? userIds.length : await countUsersConcerned(tx, customers, MOST_COUNTED),
    before,
    after: to === undefined ? null : { planId: to, ...origin },
    sentence: isSeen ? sentence : `${sentence}${unseen}`,
    followUp: "evaluate",
    async write(tx) {
      await writeMapping(tx, name, to, origin);
      await enqueueUsersConcerned(tx, customers);
    },
  };
}

async function revertMapping(tx: Tx, decision: StoredDecision): Promise<Prepared | Refusal> {
  const { priceId, lookupKey, productId } = decision.subject;
  const name = priceInput.parse({ priceId, lookupKey, productId });
  await lockMappings(tx);
  const before = kept.parse(decision.before ?? null);
  if (toMapped(await findMappingRow(tx, name)) !== toMapped(kept.parse(decision.after ?? null)))
    return refuse(
      "changed",
      `What ${name.value} is mapped to has changed since.`,
      (await findLatestDecision(tx, toSubject(name, undefined))) ?? undefined,
    );
  return prepareMapping(tx, name, toMapped(before), before ?? BY_ADMIN);
}

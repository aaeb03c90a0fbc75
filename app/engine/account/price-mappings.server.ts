import { z } from "zod";
import type { Plan } from "~/billing/plans";
import type { Database, Tx } from "~/platform/client.server";
import { queryOne, queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";

/** What one mapping names: a price by its id, the price that has a lookup key, or all prices of a product. */
export const PRICE_NAMES = ["priceId", "lookupKey", "productId"] as const;
export type PriceName = { kind: (typeof PRICE_NAMES)[number]; value: string };

/** A plan id; null: ignored; undefined: not mapped. */
export type MappedTo = string | null | undefined;

export type MappingChange = {
  name: PriceName;
  to: MappedTo;
  /** Who decided it, as in the settings' audit. */
  actor: string;
  reason: string | null;
};

export type MappingResult =
  | { ok: true; before: MappedTo; changed: boolean }
  | { ok: false; reason: "unknown_plan" };

/**
 * SQL: may what is bought have seats? `items`: those of a `StripeSubscription`. Not what is ignored, of quantity 0, or of a plan
 * without seats. The same rule as `mayGiveSeats`, for lists over all customers; a test compares the two.
 */
export const mayItemsHaveSeats = (items: Sql): Sql => sql`(jsonb_array_length(${items}) = 0 OR EXISTS (
  SELECT 1 FROM jsonb_array_elements(${items}) bought
    LEFT JOIN LATERAL (SELECT true AS "isMapped", mapped_plan.seats FROM parity."PlanPrice" mapping
      LEFT JOIN parity."Plan" mapped_plan ON mapped_plan.id = mapping."planId"
      WHERE mapping."priceId" = bought->>'priceId' OR mapping."lookupKey" = bought->>'lookupKey'
        OR mapping."productId" = bought->>'productId'
      ORDER BY mapping."priceId" NULLS LAST, mapping."lookupKey" NULLS LAST LIMIT 1) mapped ON true
  WHERE bought->'quantity' IS DISTINCT FROM '0' AND (mapped."isMapped" IS NULL OR mapped.seats > 0)))`;

const toJson = (to: MappedTo) =>
  JSON.stringify(to === undefined ? "not mapped" : to === null ? "ignored" : { plan: to });

const column: Record<PriceName["kind"], Sql> = {
  priceId: sql`"priceId"`,
  lookupKey: sql`"lookupKey"`,
  productId: sql`"productId"`,
};

/**
 * Maps a price to a plan, ignores it, or unmaps it, with an audit entry, in one transaction. `afterwards` enqueues the users with
 * these prices. What is said already is not written again.
 */
export async function saveMapping(
  db: Database,
  { name, to, actor, reason }: MappingChange,
  afterwards: (tx: Tx, names: PriceName[]) => Promise<void>,
): Promise<MappingResult> {
  return db.$transaction(async (tx): Promise<MappingResult> => {
    await lockMappings(tx);
    const before = await findMappedTo(tx, name);
    if (to != null && (await tx.plan.findUnique({ where: { id: to } })) === null)
      return { ok: false, reason: "unknown_plan" };
    if (before === to) return { ok: true, before, changed: false };
    const names = await writeMapping(tx, name, to);
    await tx.settingChange.create({
      data: {
        key: `${name.kind}:${name.value}`,
        ...(before !== undefined && { before: JSON.parse(toJson(before)) }),
        after: JSON.parse(toJson(to)),
        actor,
        reason,
      },
    });
    await afterwards(tx, names);
    return { ok: true, before, changed: true };
  });
}

/** One change at a time: two that arrive together must not both read the same state before. */
export async function lockMappings(tx: Tx): Promise<void> {
  await tx.$executeRaw`LOCK TABLE parity."PlanPrice" IN SHARE ROW EXCLUSIVE MODE`;
}

/** A mapping as it is stored. */
export type StoredMapping = z.output<typeof storedMapping>;
const storedMapping = z.object({
  planId: z.string().nullable(),
  source: z.string(),
  seenLookupKey: z.string().nullable(),
});

/** The mapping of a name by itself; null when there is none. */
export const findMappingRow = (tx: Tx, { kind, value }: PriceName): Promise<StoredMapping | null> =>
  queryOne(
    tx,
    storedMapping,
    sql`SELECT "planId", source, "seenLookupKey" FROM parity."PlanPrice" WHERE ${column[kind]} = ${value}`,
  );

/** What a name is mapped to by itself. */
export async function findMappedTo(tx: Tx, name: PriceName): Promise<MappedTo> {
  const row = await findMappingRow(tx, name);
  return row === null ? undefined : row.planId;
}

const BY_ADMIN = { source: "admin", seenLookupKey: null };

/**
 * Writes a mapping, without an audit entry. A lookup key takes the prices along that were seen under it. Returns everything that is
 * mapped otherwise now.
 */
export async function writeMapping(
  tx: Tx,
  name: PriceName,
  to: MappedTo,
  { source, seenLookupKey }: Omit<StoredMapping, "planId"> = BY_ADMIN,
): Promise<PriceName[]> {
  const { kind, value } = name;
  if (to === undefined)
    await tx.$executeRaw(sql`DELETE FROM parity."PlanPrice" WHERE ${column[kind]} = ${value}`);
  else
    await tx.$executeRaw(sql`
      INSERT INTO parity."PlanPrice" ("planId", ${column[kind]}, source, "seenLookupKey")
      VALUES (${to}::text, ${value}, ${source}, ${seenLookupKey}::text)
      ON CONFLICT (${column[kind]}) DO UPDATE SET "planId" = excluded."planId", source = excluded.source,
        "seenLookupKey" = excluded."seenLookupKey"`);
  return [name, ...(kind === "lookupKey" ? await moveSeenPrices(tx, value, to) : [])];
}

const seenRow = z.object({ priceId: z.string() });

/** The prices that were seen under a lookup key have what it has. One that an admin mapped by its id stays. */
async function moveSeenPrices(tx: Tx, lookupKey: string, to: MappedTo): Promise<PriceName[]> {
  const where = sql`source = 'seen' AND "seenLookupKey" = ${lookupKey} AND "priceId" IS NOT NULL RETURNING "priceId"`;
  const moved = await queryRows(
    tx,
    seenRow,
    to === undefined
      ? sql`DELETE FROM parity."PlanPrice" WHERE ${where}`
      : sql`UPDATE parity."PlanPrice" SET "planId" = ${to}::text WHERE ${where}`,
  );
  return moved.map(({ priceId }) => ({ kind: "priceId", value: priceId }));
}

/** Creates a plan or changes its name and seats, with an audit entry. Whether anything differed. */
export async function savePlan(
  db: Database,
  plan: Plan,
  { actor, reason }: Pick<MappingChange, "actor" | "reason">,
): Promise<boolean> {
  const { id, name, seats } = plan;
  return db.$transaction(async (tx) => {
    const before = await tx.plan.findUnique({ where: { id }, select: { name: true, seats: true } });
    if (before?.name === name && before.seats === seats) return false;
    await tx.plan.upsert({ where: { id }, create: plan, update: { name, seats } });
    await tx.settingChange.create({
      data: { key: `plan:${id}`, ...(before && { before }), after: { name, seats }, actor, reason },
    });
    return true;
  });
}

const mappingRow = z.object({
  planId: z.string().nullable(),
  priceId: z.string().nullable(),
  lookupKey: z.string().nullable(),
  productId: z.string().nullable(),
  source: z.string(),
});
export type MappingRow = z.output<typeof mappingRow>;

/** All mappings, as they are stored; the oldest first. */
export const listMappings = (db: Database): Promise<MappingRow[]> =>
  queryRows(
    db,
    mappingRow,
    sql`SELECT "planId", "priceId", "lookupKey", "productId", source FROM parity."PlanPrice" ORDER BY "createdAt", id`,
  );

/** Everything that is mapped to a plan by itself. */
export async function listMappedNames(tx: Tx, planId: string): Promise<PriceName[]> {
  const rows = await queryRows(
    tx,
    mappingRow,
    sql`SELECT "planId", "priceId", "lookupKey", "productId", source FROM parity."PlanPrice" WHERE "planId" = ${planId}`,
  );
  return rows.flatMap((row) =>
    PRICE_NAMES.flatMap((kind) => {
      const value = row[kind];
      return value === null ? [] : [{ kind, value }];
    }),
  );
}

/** A name with the prices that were seen under it, when it is a lookup key. */
export async function listNamesTogether(tx: Tx, name: PriceName): Promise<PriceName[]> {
  if (name.kind !== "lookupKey") return [name];
  const seen = await queryRows(
    tx,
    seenRow,
    sql`SELECT "priceId" FROM parity."PlanPrice"
      WHERE source = 'seen' AND "seenLookupKey" = ${name.value} AND "priceId" IS NOT NULL ORDER BY 1`,
  );
  return [name, ...seen.map(({ priceId }) => ({ kind: "priceId" as const, value: priceId }))];
}

/** SQL: the customers with an item of one of these prices, as rows `(id)`. */
export const selectCustomersOfPrices = (names: readonly PriceName[]): Sql => sql`
  SELECT DISTINCT "customerId" AS id FROM parity."StripeSubscription"
  WHERE items @> ANY(${names.map(({ kind, value }) => JSON.stringify([{ [kind]: value }]))}::jsonb[])`;

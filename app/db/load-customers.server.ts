import { z } from "zod";
import type { ObservedCustomer } from "~/billing/observation";
import type { Database, Tx } from "./client.server";
import { storedItems } from "./observations.server";

const epoch = z.number().nullable();

type CustomerRow = Omit<ObservedCustomer, "subscriptions"> & { subscriptions: unknown };

const subscriptionRows = z.array(
  z.object({
    id: z.string(),
    customerId: z.string(),
    status: z.string(),
    metadataUserId: z.string().nullable(),
    items: storedItems,
    created: z.number(),
    startDate: z.number(),
    canceledAt: epoch,
    endedAt: epoch,
    cancelAt: epoch,
    cancelAtPeriodEnd: z.boolean(),
    latestInvoiceId: z.string().nullable(),
    testClockId: z.string().nullable(),
    pastDueSince: epoch,
    entitlingSince: epoch,
  }),
);

/** Customers with the subscriptions that Stripe still lists for them, by id; one that was never seen is not in the map. */
export async function loadCustomers(
  db: Database | Tx,
  customerIds: readonly string[],
): Promise<Map<string, ObservedCustomer>> {
  if (customerIds.length === 0) return new Map();
  const rows = await db.$queryRaw<CustomerRow[]>`
    SELECT c.id, c.email, c.name, c."metadataUserId", c.state,
      floor(extract(epoch FROM c.created))::float8 AS created,
      c."completeStart"::float8 AS "completeStart",
      floor(extract(epoch FROM c."completeAt"))::float8 AS "completeAt",
      (SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'customerId', s."customerId", 'status', s.status,
          'metadataUserId', s."metadataUserId", 'items', s.items,
          'created', floor(extract(epoch FROM s.created)), 'startDate', floor(extract(epoch FROM s."startDate")),
          'canceledAt', floor(extract(epoch FROM s."canceledAt")), 'endedAt', floor(extract(epoch FROM s."endedAt")),
          'cancelAt', floor(extract(epoch FROM s."cancelAt")), 'cancelAtPeriodEnd', s."cancelAtPeriodEnd",
          'latestInvoiceId', s."latestInvoiceId", 'testClockId', s."testClockId",
          'pastDueSince', floor(extract(epoch FROM s."pastDueSince")),
          'entitlingSince', floor(extract(epoch FROM s."entitlingSince"))) ORDER BY s.id), '[]')
        FROM "StripeSubscription" s WHERE s."customerId" = c.id AND NOT s.gone) AS subscriptions
    FROM "StripeCustomer" c WHERE c.id = ANY(${[...customerIds]})`;
  return new Map(
    rows.map((row) => [row.id, { ...row, subscriptions: subscriptionRows.parse(row.subscriptions) }]),
  );
}

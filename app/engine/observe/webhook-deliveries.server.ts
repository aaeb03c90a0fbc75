import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

/** What can become of a delivery, in the words of the log and the metrics, and what to do about it where something is. */
export const DELIVERY_OUTCOMES = {
  stored: null,
  known: null,
  /** A type that is no signal to read a customer. */
  other_type: null,
  other_mode:
    "Events of the other mode (test or live) arrive. Remove that endpoint in Stripe, or use the key of its mode.",
  other_account:
    "Events of connected accounts arrive. Parity reconciles one account: choose “Events on your account” for the endpoint.",
  thin: "Events arrive without their object (thin). In Stripe, set the destination’s payload style to snapshot.",
  other_shape: null,
  malformed:
    "Signed events arrive that cannot be read. Compare the endpoint’s API version with the changelog of Stripe.",
  bad_signature:
    "Deliveries arrive whose signature does not fit STRIPE_WEBHOOK_SECRET. Copy the endpoint’s signing secret again.",
  outside_tolerance:
    "Deliveries arrive whose signature is too old by this server’s clock. Check the clock of the server.",
} as const satisfies Record<string, string | null>;

export type DeliveryOutcome = keyof typeof DELIVERY_OUTCOMES;

/** Counts one delivery of today. */
export async function countDelivery(db: Database, outcome: DeliveryOutcome): Promise<void> {
  await db.$executeRaw`
    INSERT INTO parity."WebhookDelivery" AS d (day, outcome, count) VALUES ((now() AT TIME ZONE 'UTC')::date, ${outcome}, 1)
    ON CONFLICT (day, outcome) DO UPDATE SET count = d.count + 1, "lastAt" = now()`;
}

const outcomeNames = z.string().transform((name) => (isOutcome(name) ? name : null));
const deliveriesRow = z.object({ outcome: outcomeNames, count: z.number(), lastAt: z.date() });

const isOutcome = (name: string): name is DeliveryOutcome => name in DELIVERY_OUTCOMES;

export type Deliveries = { outcome: DeliveryOutcome; count: number; lastAt: Date };

/** Deliveries of the last `days` days by outcome, the most recent first. */
export async function listDeliveries(db: Database, days: number): Promise<Deliveries[]> {
  const rows = await queryRows(
    db,
    deliveriesRow,
    sql`
    SELECT outcome, sum(count)::int AS count, max("lastAt") AS "lastAt" FROM parity."WebhookDelivery"
    WHERE day > (now() AT TIME ZONE 'UTC')::date - ${days}::int GROUP BY outcome ORDER BY 3 DESC, 1`,
  );
  return rows.flatMap(({ outcome, ...rest }) => (outcome === null ? [] : [{ outcome, ...rest }]));
}

import { z } from "zod";
import type { BillingState } from "~/billing/record";
import type { Database } from "~/platform/client.server";

const nullableText = z.string().nullable();
const nullableNumber = z.number().nullable();

const billingState: z.ZodType<BillingState> = z.object({
  user: z.object({
    stripeCustomerId: nullableText,
    plan: nullableText,
    subscriptionStatus: nullableText,
    currentPeriodEnd: nullableNumber,
    cancelAtPeriodEnd: z.boolean(),
  }),
  billing: z
    .object({
      stripeSubscriptionId: z.string(),
      stripePriceId: z.string(),
      status: z.string(),
      plan: nullableText,
      amount: nullableNumber,
      currency: z.string(),
      interval: nullableText,
      currentPeriodStart: nullableNumber,
      currentPeriodEnd: nullableNumber,
      cancelAtPeriodEnd: z.boolean(),
    })
    .nullable(),
  workspaces: z.array(z.object({ id: z.string(), status: z.string(), seats: z.number() })),
});

/** One repair as audited. */
export type ChangeRow = {
  runId: string;
  verdict: string;
  before: BillingState;
  after: BillingState;
  actorKind: string;
  actor: string | null;
  stripeRequestId: string | null;
  createdAt: Date;
};

/** The last repairs of a user, newest first. */
export async function changesOfUser(db: Database, userId: string, limit: number): Promise<ChangeRow[]> {
  const rows = await db.change.findMany({ where: { userId }, orderBy: { id: "desc" }, take: limit });
  return rows.map((row) => ({
    ...row,
    before: billingState.parse(row.before),
    after: billingState.parse(row.after),
  }));
}

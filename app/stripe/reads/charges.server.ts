import type Stripe from "stripe";
import { z } from "zod";
import type { EpochSeconds } from "~/billing/observation";
import type { Read, RequestOptions } from "~/stripe/answer";
import type { RequestSender } from "~/stripe/request-sender.server";

/** What a charge says about money that went back. */
export type ReadCharge = {
  id: string;
  /** Null for a payment without a customer. */
  customerId: string | null;
  paymentIntentId: string | null;
  amount: number;
  currency: string;
  /** What is refunded in all; a refund that failed is not counted. */
  refunded: number;
  refundedAt: EpochSeconds;
  /** It was disputed at some time, whatever came of it. */
  isDisputed: boolean;
};

export type ReadDispute = {
  amount: number;
  currency: string;
  created: EpochSeconds;
  /** The payer has the money back neither way. */
  isOver: boolean;
  /** Neither side has won yet. */
  isOpen: boolean;
};

/** Optional reads: the key may read neither. */
export type ChargeReads = {
  /** A charge, and what was refunded of it. */
  readCharge(id: string, options: RequestOptions): Promise<Read<ReadCharge>>;
  /** The disputes of a charge, newest first. */
  listDisputes(chargeId: string, options: RequestOptions): Promise<Read<ReadDispute[]>>;
};

const seconds = z.number().int().min(0).max(253_402_300_799);
const money = z.number().int().min(0);
const reference = z
  .union([z.string(), z.object({ id: z.string() })])
  .nullish()
  .transform((value) => (typeof value === "object" ? value?.id : value) || null);

const refund = z.object({ created: seconds, status: z.string().nullish() });
const chargeObject = z.object({
  id: z.string(),
  customer: reference,
  payment_intent: reference,
  amount: money,
  amount_refunded: money,
  currency: z.string(),
  created: seconds,
  disputed: z.boolean().nullish(),
  refunds: z
    .object({ data: z.array(refund) })
    .nullish()
    .catch(null),
});
const disputeList = z.object({
  data: z.array(z.object({ amount: money, currency: z.string(), created: seconds, status: z.string() })),
});

/** The dispute was won, never became one, or was prevented. */
const OVER = new Set(["won", "warning_closed", "prevented"]);
const LOST = new Set(["lost", "charge_refunded"]);
const FAILED = new Set(["failed", "canceled"]);

function parseCharge(object: unknown): ReadCharge {
  const charge = chargeObject.parse(object);
  const times = (charge.refunds?.data ?? [])
    .filter(({ status }) => !FAILED.has(status ?? ""))
    .map(({ created }) => created);
  return {
    id: charge.id,
    customerId: charge.customer,
    paymentIntentId: charge.payment_intent,
    amount: charge.amount,
    currency: charge.currency,
    refunded: charge.amount_refunded,
    refundedAt: Math.max(charge.created, ...times),
    isDisputed: charge.disputed ?? false,
  };
}

/** The reads of charges and disputes; Parity works without them. */
export const createChargeReads = (stripe: Stripe, sender: RequestSender): ChargeReads => ({
  readCharge: (id, options) =>
    sender.send({
      endpoint: "GET /v1/charges/:id",
      options,
      send: (timeout) => stripe.charges.retrieve(id, { expand: ["refunds"] }, { timeout }),
      parse: parseCharge,
    }),
  listDisputes: (charge, options) =>
    sender.send({
      endpoint: "GET /v1/disputes",
      options,
      send: (timeout) => stripe.disputes.list({ charge, limit: 100 }, { timeout }),
      parse: (list) =>
        disputeList.parse(list).data.map(({ status, ...dispute }) => ({
          ...dispute,
          isOver: OVER.has(status),
          // A status that Stripe adds is shown.
          isOpen: !OVER.has(status) && !LOST.has(status),
        })),
    }),
});

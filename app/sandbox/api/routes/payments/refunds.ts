import { z } from "zod";
import type { Account } from "../../../account/account";
import { countRefundable } from "../../../account/payments/refunds";
import type { ChargeRecord, RefundRecord } from "../../../store/billing-records";
import { ApiError } from "../../errors";
import { parseExpand } from "../../expand";
import { choice, expandable, integer, metadata, parseParams, text } from "../../params";
import { defineList, defineRetrieve, findSequence, type Resource } from "../../resource";
import { type ApiRoute, findOrThrow } from "../../route";

const refunds: Resource<RefundRecord> = {
  path: "/v1/refunds",
  kind: "refund",
  collection: ({ store }) => store.refunds,
  write: ({ serializers }, record, expand) => serializers.refund(record, expand),
};

export const retrieveRefund = defineRetrieve(refunds);

export const listRefunds = defineList({
  ...refunds,
  listKind: "refund_list",
  filters: { charge: text.optional(), payment_intent: text.optional() },
  createFilter({ store }, params) {
    const charge = findSequence(store.charges, params.charge, "charge");
    const intent = findSequence(store.paymentIntents, params.payment_intent, "payment_intent");
    return {
      matches: (refund) =>
        (charge === undefined || refund.charge === charge) &&
        (intent === undefined || store.charges.get(refund.charge).paymentIntent === intent),
    };
  },
});

const createSchema = z.strictObject({
  ...expandable,
  amount: integer({ min: 1 }).optional(),
  charge: text.optional(),
  metadata: metadata.optional(),
  payment_intent: text.optional(),
  reason: choice(["duplicate", "fraudulent", "requested_by_customer"]).optional(),
});

export const createRefund: ApiRoute = {
  method: "POST",
  path: refunds.path,
  handle(account, request) {
    const { expand, metadata: given, ...params } = parseParams(createSchema, request.params);
    const tree = parseExpand("refund", expand);
    const { store, serializers } = account;
    const charge = findCharge(account, params);
    const left = countRefundable(charge);
    const chargeId = store.charges.getId(charge.sequence);
    if (left === 0) throw createRefundedError(chargeId);
    if ((params.amount ?? left) > left) throw createTooMuchError(params.amount ?? left, left);
    const { id } = account.refunds.create({
      charge: chargeId,
      amount: params.amount,
      reason: params.reason,
      ...(given ? { metadata: given } : {}),
    });
    return serializers.refund(findOrThrow(store.refunds, id), tree);
  },
};

export const updateRefund: ApiRoute = {
  method: "POST",
  path: `${refunds.path}/:id`,
  handle(account, request) {
    const schema = z.strictObject({ ...expandable, metadata: metadata.optional() });
    const { expand, ...params } = parseParams(schema, request.params);
    const tree = parseExpand("refund", expand);
    findOrThrow(account.store.refunds, request.id);
    account.refunds.update(request.id, params);
    return account.serializers.refund(findOrThrow(account.store.refunds, request.id), tree);
  },
};

function findCharge(
  { store }: Account,
  { charge, payment_intent }: { charge?: string; payment_intent?: string },
): ChargeRecord {
  if (charge !== undefined) return findOrThrow(store.charges, charge, "charge");
  if (payment_intent === undefined) {
    throw new ApiError({
      status: 400,
      message: "One of the following params should be provided for this request: payment_intent or charge.",
    });
  }
  const { latestCharge } = findOrThrow(store.paymentIntents, payment_intent, "payment_intent");
  if (latestCharge !== null) return store.charges.get(latestCharge);
  throw new ApiError({
    status: 400,
    message: `This PaymentIntent (${payment_intent}) does not have a successful charge to refund.`,
    param: "payment_intent",
  });
}

function createRefundedError(charge: string): ApiError {
  return new ApiError({
    status: 400,
    code: "charge_already_refunded",
    message: `Charge ${charge} has already been refunded.`,
  });
}

function createTooMuchError(amount: number, left: number): ApiError {
  const show = (cents: number) => `$${(cents / 100).toFixed(2)}`;
  return new ApiError({
    status: 400,
    message: `Refund amount (${show(amount)}) is greater than unrefunded amount on charge (${show(left)})`,
    param: "amount",
  });
}

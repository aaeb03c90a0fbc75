import { z } from "zod";
import { isClosed } from "../../../account/payments/disputes";
import type { DisputeRecord } from "../../../store/billing-records";
import { ApiError } from "../../errors";
import { parseExpand } from "../../expand";
import { expandable, metadata, parseParams, text } from "../../params";
import { defineList, defineRetrieve, findSequence, type Resource } from "../../resource";
import { type ApiRoute, findOrThrow } from "../../route";

const disputes: Resource<DisputeRecord> = {
  path: "/v1/disputes",
  kind: "dispute",
  collection: ({ store }) => store.disputes,
  write: ({ serializers }, record, expand) => serializers.dispute(record, expand),
};

export const retrieveDispute = defineRetrieve(disputes);

export const listDisputes = defineList({
  ...disputes,
  listKind: "dispute_list",
  filters: { charge: text.optional(), payment_intent: text.optional() },
  createFilter({ store }, params) {
    const charge = findSequence(store.charges, params.charge, "charge");
    const intent = findSequence(store.paymentIntents, params.payment_intent, "payment_intent");
    return {
      matches: (dispute) =>
        (charge === undefined || dispute.charge === charge) &&
        (intent === undefined || store.charges.get(dispute.charge).paymentIntent === intent),
    };
  },
});

export const updateDispute: ApiRoute = {
  method: "POST",
  path: `${disputes.path}/:id`,
  handle(account, request) {
    const schema = z.strictObject({ ...expandable, metadata: metadata.optional() });
    const { expand, ...params } = parseParams(schema, request.params);
    const tree = parseExpand("dispute", expand);
    findOrThrow(account.store.disputes, request.id);
    account.disputes.update(request.id, params);
    return account.serializers.dispute(findOrThrow(account.store.disputes, request.id), tree);
  },
};

/** Accepts the dispute as lost. */
export const closeDispute: ApiRoute = {
  method: "POST",
  path: `${disputes.path}/:id/close`,
  handle(account, request) {
    const tree = parseExpand("dispute", parseParams(z.strictObject(expandable), request.params).expand);
    if (isClosed(findOrThrow(account.store.disputes, request.id))) {
      throw new ApiError({ status: 400, message: "This dispute is already closed." });
    }
    account.disputes.lose(request.id);
    return account.serializers.dispute(findOrThrow(account.store.disputes, request.id), tree);
  },
};

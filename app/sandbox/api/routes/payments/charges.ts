import type { ChargeRecord, PaymentIntentRecord } from "../../../store/billing-records";
import { text } from "../../params";
import { defineList, defineRetrieve, findSequence, type Resource } from "../../resource";
import { makeImported } from "./imported";

const charges: Resource<ChargeRecord> = {
  path: "/v1/charges",
  kind: "charge",
  collection: ({ store }) => store.charges,
  write: ({ serializers }, record, expand) => serializers.charge(record, expand),
};

const paymentIntents: Resource<PaymentIntentRecord> = {
  path: "/v1/payment_intents",
  kind: "payment_intent",
  collection: ({ store }) => store.paymentIntents,
  write: ({ serializers }, record, expand) => serializers.paymentIntent(record, expand),
};

export const retrieveCharge = defineRetrieve(charges);
export const retrievePaymentIntent = defineRetrieve(paymentIntents);

export const listCharges = defineList({
  ...charges,
  listKind: "charge_list",
  filters: { customer: text.optional(), payment_intent: text.optional() },
  createFilter(account, params) {
    const customer = findSequence(account.store.customers, params.customer, "customer");
    makeImported(account, customer);
    const intent = findSequence(account.store.paymentIntents, params.payment_intent, "payment_intent");
    return {
      matches: (charge) =>
        (customer === undefined || charge.customer === customer) &&
        (intent === undefined || charge.paymentIntent === intent),
    };
  },
});

export const listPaymentIntents = defineList({
  ...paymentIntents,
  listKind: "payment_intent_list",
  filters: { customer: text.optional() },
  createFilter(account, params) {
    const customer = findSequence(account.store.customers, params.customer, "customer");
    makeImported(account, customer);
    return { matches: (intent) => customer === undefined || intent.customer === customer };
  },
});

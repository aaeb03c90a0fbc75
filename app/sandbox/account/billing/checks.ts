import type { AccountDeps } from "~/sandbox/account/account-deps";
import { createNotServed, Refusal } from "~/sandbox/account/refusal";
import { describeDecline } from "~/sandbox/objects/payments/decline";
import type { PaymentMethodRecord } from "~/sandbox/store/billing-records";
import type { PriceRecord } from "~/sandbox/store/records";
import type { Store } from "~/sandbox/store/store";
import { findAmounts } from "./amounts";

const DAY = 86_400;
const LONGEST_TRIAL = 730 * DAY;

/** Throws where Stripe refuses the prices of a subscription. `kept`: the prices that it has already. */
export function checkPrices(
  store: Store,
  prices: readonly PriceRecord[],
  { currency, kept = [] }: { currency: string; kept?: readonly number[] },
): void {
  const seen = new Set<number>();
  const lengths = new Set(
    prices.map(({ recurring }) => `${recurring?.interval} ${recurring?.interval_count}`),
  );
  if (lengths.size > 1 && prices.every(({ recurring }) => recurring !== null)) {
    throw createNotServed("prices with different intervals in one subscription", "items");
  }
  for (const [i, price] of prices.entries()) {
    const id = store.prices.getId(price.sequence);
    const param = `items[${i}][price]`;
    const isKept = kept.includes(price.sequence);
    if (seen.has(price.sequence)) {
      throw new Refusal({
        status: 400,
        message: `You cannot add multiple subscription items with the same price: \`${id}\`.`,
        param: "items",
      });
    }
    seen.add(price.sequence);
    if (!price.active && !isKept) {
      throw new Refusal({
        status: 400,
        message: "The price specified is inactive. This field only accepts active prices.",
        param,
      });
    }
    if (store.products.get(price.product).deleted) {
      throw new Refusal({ status: 400, message: `The product of the price \`${id}\` is deleted.`, param });
    }
    if (!price.recurring) {
      throw new Refusal({
        status: 400,
        message:
          "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
        param,
      });
    }
    if (!findAmounts(price, currency)) {
      throw new Refusal({
        status: 400,
        message: `The price \`${id}\` is only available in \`${price.currency}\`, but the subscription is in \`${currency}\`. All prices on a subscription must use the same currency.`,
        param,
      });
    }
  }
}

/** Throws for a trial that ends in the past or after two years. */
export function checkTrialEnd(trialEnd: number, now: number): void {
  if (trialEnd < now) {
    throw new Refusal({
      status: 400,
      message: "Invalid timestamp: must be an integer Unix timestamp in the future.",
      param: "trial_end",
    });
  }
  if (trialEnd > now + LONGEST_TRIAL) {
    throw new Refusal({
      status: 400,
      message: "Trial periods must be less than 730 days (2 years).",
      param: "trial_end",
    });
  }
}

/** Throws for a cancellation in the past. */
export function checkCancelAt(cancelAt: number | null | undefined, now: number): void {
  if (cancelAt === null || cancelAt === undefined || cancelAt >= now) return;
  throw new Refusal({
    status: 400,
    message: "Invalid timestamp: must be an integer Unix timestamp in the future.",
    param: "cancel_at",
  });
}

/** The refusal of a customer that has nothing to pay with. */
export function createNothingToPayWith(): Refusal {
  return new Refusal({
    status: 400,
    code: "resource_missing",
    message:
      "This customer has no attached payment source or default payment method. Please consider adding a default payment method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.",
  });
}

/** Throws the bank's answer for a card that would not pay at once. */
export function refuseUnlessItPays(method: PaymentMethodRecord): void {
  if (method.does === "confirm") {
    throw new Refusal({
      status: 402,
      code: "subscription_payment_intent_requires_action",
      message:
        "Payment for this subscription requires additional user action before it can be completed successfully.",
    });
  }
  if (method.does !== "pay") {
    const declineCode = method.declineCode ?? "generic_decline";
    throw new Refusal({ status: 402, ...describeDecline(declineCode), declineCode });
  }
}

/** The payment method that a request names: an own one of the customer. Throws for others. */
export function checkPaymentMethod(
  { store }: Pick<AccountDeps, "store">,
  method: PaymentMethodRecord | undefined,
  { id, customer }: { id: string; customer: number },
): void {
  if (!method) {
    throw new Refusal({
      status: 400,
      code: "resource_missing",
      message: `No such PaymentMethod: '${id}'`,
      param: "default_payment_method",
    });
  }
  if (method.customer !== customer) {
    throw new Refusal({
      status: 400,
      code: "resource_missing",
      message: `The customer does not have a payment method with the ID ${store.paymentMethods.getId(method.sequence)}. The payment method must be attached to the customer.`,
      param: "default_payment_method",
    });
  }
}

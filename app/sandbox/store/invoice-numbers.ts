const PER_SUBSCRIPTION = 64;

/*
 * Invoices are not stored. The sequence number of the n-th invoice of a subscription is made of both numbers, and its
 * content is computed from the subscription.
 */

/** The sequence number of a subscription's n-th invoice, counted from 1. */
export function encodeInvoice(subscription: number, nth: number): number {
  return subscription * PER_SUBSCRIPTION + ((nth - 1) % PER_SUBSCRIPTION);
}

/** The subscription of an invoice, and which of its invoices it is (counted from 1). */
export function decodeInvoice(sequence: number): { subscription: number; nth: number } {
  return {
    subscription: Math.floor(sequence / PER_SUBSCRIPTION),
    nth: (sequence % PER_SUBSCRIPTION) + 1,
  };
}

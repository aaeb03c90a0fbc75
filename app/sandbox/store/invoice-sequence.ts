const PER_SUBSCRIPTION = 64;

/*
 * Invoices are not stored: the n-th invoice of a subscription has a sequence number made of both, and what it
 * says is worked out from the subscription.
 */

/** The sequence number of a subscription's n-th invoice, counted from 1. */
export function invoiceSequence(subscription: number, nth: number): number {
  return subscription * PER_SUBSCRIPTION + ((nth - 1) % PER_SUBSCRIPTION);
}

/** Whose invoice it is, and which (counted from 1). */
export function invoiceOf(sequence: number): { subscription: number; nth: number } {
  return {
    subscription: Math.floor(sequence / PER_SUBSCRIPTION),
    nth: (sequence % PER_SUBSCRIPTION) + 1,
  };
}

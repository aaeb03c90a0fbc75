/** The payment method id of a card. The sandbox has no payment methods and only keeps the last four digits. */
export function makePaymentMethodId(cardLast4: string): string {
  return `pm_1sandbox${cardLast4}`;
}

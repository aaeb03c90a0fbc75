/** The id of a card as a payment method. They are no objects here: only the card's last four digits are kept. */
export function paymentMethodId(cardLast4: string): string {
  return `pm_1sandbox${cardLast4}`;
}

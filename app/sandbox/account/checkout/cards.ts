/** A test card and the result of a payment with it. `confirm`: the payer's bank asks first. */
export interface TestCard {
  last4: string;
  does: "confirm" | "decline" | "pay";
}

const CARDS: Readonly<Record<string, TestCard["does"]>> = {
  "4242424242424242": "pay",
  "4000000000000002": "decline",
  "4000002500003155": "confirm",
};

/** The test card with this number (digits only); undefined for unknown numbers. */
export function findTestCard(number: string): TestCard | undefined {
  const does = Object.hasOwn(CARDS, number) ? CARDS[number] : undefined;
  return does && { last4: number.slice(-4), does };
}

/** A test card and the result of a payment with it. `confirm`: the payer's bank asks first. */
export interface TestCard {
  last4: string;
  /** `decline_later`: it can be saved, but each payment with it is declined. */
  does: "confirm" | "decline" | "decline_later" | "pay";
  brand?: string;
  /** The bank's reason, such as `insufficient_funds`. */
  declineCode?: string;
}

const pay = (last4: string, brand: string): TestCard => ({ last4, brand, does: "pay" });
const decline = (last4: string, declineCode: string): TestCard => ({
  last4,
  brand: "visa",
  does: "decline",
  declineCode,
});

/** Stripe's test cards, by number. */
const CARDS: Readonly<Record<string, TestCard>> = {
  "4242424242424242": pay("4242", "visa"),
  "4000056655665556": pay("5556", "visa"),
  "5555555555554444": pay("4444", "mastercard"),
  "2223003122003222": pay("3222", "mastercard"),
  "5200828282828210": pay("8210", "mastercard"),
  "5105105105105100": pay("5100", "mastercard"),
  "378282246310005": pay("0005", "amex"),
  "371449635398431": pay("8431", "amex"),
  "6011111111111117": pay("1117", "discover"),
  "3056930009020004": pay("0004", "diners"),
  "3566002020360505": pay("0505", "jcb"),
  "6200000000000005": pay("0005", "unionpay"),
  "4000000000000002": decline("0002", "generic_decline"),
  "4000000000009995": decline("9995", "insufficient_funds"),
  "4000000000009987": decline("9987", "lost_card"),
  "4000000000009979": decline("9979", "stolen_card"),
  "4000000000000069": decline("0069", "expired_card"),
  "4000000000000127": decline("0127", "incorrect_cvc"),
  "4000000000000119": decline("0119", "processing_error"),
  "4000000000000341": {
    last4: "0341",
    brand: "visa",
    does: "decline_later",
    declineCode: "generic_decline",
  },
  "4000002500003155": { last4: "3155", brand: "visa", does: "confirm" },
  "4000002760003184": { last4: "3184", brand: "visa", does: "confirm" },
};

/** The cards that `pm_card_…` names stand for. */
const BY_NAME: Readonly<Record<string, string>> = {
  pm_card_visa: "4242424242424242",
  pm_card_visa_debit: "4000056655665556",
  pm_card_mastercard: "5555555555554444",
  pm_card_amex: "378282246310005",
  pm_card_discover: "6011111111111117",
  pm_card_diners: "3056930009020004",
  pm_card_jcb: "3566002020360505",
  pm_card_unionpay: "6200000000000005",
  pm_card_chargeDeclined: "4000000000000002",
  pm_card_visa_chargeDeclined: "4000000000000002",
  pm_card_chargeDeclinedInsufficientFunds: "4000000000009995",
  pm_card_visa_chargeDeclinedInsufficientFunds: "4000000000009995",
  pm_card_chargeDeclinedLostCard: "4000000000009987",
  pm_card_chargeDeclinedStolenCard: "4000000000009979",
  pm_card_chargeDeclinedExpiredCard: "4000000000000069",
  pm_card_chargeDeclinedIncorrectCvc: "4000000000000127",
  pm_card_chargeDeclinedProcessingError: "4000000000000119",
  pm_card_chargeCustomerFail: "4000000000000341",
  pm_card_authenticationRequired: "4000002500003155",
};

/** The test card with this number (digits only); undefined for unknown numbers. */
export function findTestCard(number: string): TestCard | undefined {
  return Object.hasOwn(CARDS, number) ? CARDS[number] : undefined;
}

/** The test card that a name such as `pm_card_visa` stands for. */
export function findNamedCard(name: string): TestCard | undefined {
  const number = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  return number === undefined ? undefined : findTestCard(number);
}

const MESSAGES: Readonly<Record<string, string>> = {
  insufficient_funds: "Your card has insufficient funds.",
  expired_card: "Your card has expired.",
  incorrect_cvc: "Your card's security code is incorrect.",
  processing_error: "An error occurred while processing your card. Try again in a little bit.",
};

const OWN_CODE = new Set(["expired_card", "incorrect_cvc", "processing_error"]);

/** Stripe's error code and message for a bank's reason. */
export function describeDecline(declineCode: string): { code: string; message: string } {
  return {
    code: OWN_CODE.has(declineCode) ? declineCode : "card_declined",
    message: MESSAGES[declineCode] ?? "Your card was declined.",
  };
}

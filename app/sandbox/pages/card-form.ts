import { z } from "zod";
import { testCard } from "~/sandbox/account/checkout/cards";

const digits = z.string().transform((value) => value.replaceAll(/[\s-]/g, ""));

const number = digits.transform((value, ctx) => {
  const card = testCard(value);
  if (card) return card;
  const message = /^\d{12,19}$/.test(value)
    ? "This is a sandbox: only the test cards below work. Never type a real card here."
    : "Your card number is incomplete.";
  ctx.addIssue({ code: "custom", message });
  return z.NEVER;
});

const expiry = digits.pipe(z.string().regex(/^(0?[1-9]|1[0-2])\/(20)?\d\d$/, "Write it as MM / YY."));

/** The fields of a card, as the payment page and the portal send them. */
export const cardFields = {
  cardNumber: number,
  expiry,
  cvc: digits.pipe(z.string().regex(/^\d{3,4}$/, "Three or four digits.")),
};

/** Whether a card with this date (as `cardFields` lets it through) can still be used. `now`: epoch seconds. */
export function isExpired(monthAndYear: string, now: number): boolean {
  const [month = 0, year = 0] = monthAndYear.split("/").map(Number);
  return Date.UTC(year < 100 ? 2000 + year : year, month, 1) <= now * 1000;
}

export const CARD_EXPIRED = "Your card has expired.";

/** What is wrong with a form, by the name of the field: the first of each. */
export type Problems = Readonly<Record<string, string>>;

export function problemsOf(error: z.ZodError): Problems {
  const problems: Record<string, string> = {};
  for (const issue of error.issues) problems[String(issue.path[0])] ??= issue.message;
  return problems;
}

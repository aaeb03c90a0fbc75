import { z } from "zod";
import { findTestCard } from "~/sandbox/account/checkout/cards";

const digits = z.string().transform((value) => value.replaceAll(/[\s-]/g, ""));

const number = digits.transform((value, ctx) => {
  const card = findTestCard(value);
  if (card) return card;
  const message = /^\d{12,19}$/.test(value)
    ? "This is a sandbox. Only the test cards below work. Never enter a real card."
    : "Your card number is incomplete.";
  ctx.addIssue({ code: "custom", message });
  return z.NEVER;
});

const expiry = digits.pipe(z.string().regex(/^(0?[1-9]|1[0-2])\/(20)?\d\d$/, "Use the format MM / YY."));

/** The card fields of the payment page and of the portal. */
export const cardFields = {
  cardNumber: number,
  expiry,
  cvc: digits.pipe(z.string().regex(/^\d{3,4}$/, "Enter three or four digits.")),
};

/** Whether the date (in the format of `cardFields`) has passed. `now`: epoch seconds. */
export function isExpired(monthAndYear: string, now: number): boolean {
  const [month = 0, year = 0] = monthAndYear.split("/").map(Number);
  return Date.UTC(year < 100 ? 2000 + year : year, month, 1) <= now * 1000;
}

export const CARD_EXPIRED = "Your card has expired.";

/** The first problem of each field of a form. */
export type Problems = Readonly<Record<string, string>>;

export function collectProblems(error: z.ZodError): Problems {
  const problems: Record<string, string> = {};
  for (const issue of error.issues) problems[String(issue.path[0])] ??= issue.message;
  return problems;
}

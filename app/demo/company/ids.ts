import { createHash } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTHS = { cus_: 14, sub_1: 23, price_1: 23, prod_: 14 } as const;

/** An id that looks like Stripe's; the same key always gives the same id. */
export function makeStripeId(prefix: keyof typeof LENGTHS, key: string): string {
  const bytes = createHash("sha256").update(`${prefix}${key}`).digest();
  return prefix + [...bytes.subarray(0, LENGTHS[prefix])].map((byte) => ALPHABET[byte % 62]).join("");
}

/** "0042" */
export const padNumber = (number: number) => String(number).padStart(4, "0");
export const makeUserId = (number: number) => `user_${padNumber(number)}`;

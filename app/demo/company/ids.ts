import { createHash } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTHS = { cus_: 14, sub_1: 23, price_1: 23, prod_: 14 } as const;

/** An id that looks like Stripe's, always the same one for the same key. */
export function stripeId(prefix: keyof typeof LENGTHS, key: string): string {
  const bytes = createHash("sha256").update(`${prefix}${key}`).digest();
  return prefix + [...bytes.subarray(0, LENGTHS[prefix])].map((byte) => ALPHABET[byte % 62]).join("");
}

/** "0042" */
export const digits = (number: number) => String(number).padStart(4, "0");
export const userIdOf = (number: number) => `user_${digits(number)}`;

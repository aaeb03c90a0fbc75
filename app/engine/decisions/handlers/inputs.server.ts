import { z } from "zod";
import { isPlainText } from "~/platform/plain-text";

const MOST_ID = 200;

/** An id as a person gives it: trimmed, never empty. */
export const idInput = (what: string) =>
  z
    .string({ error: `Give ${what}.` })
    .trim()
    .min(1, `Give ${what}.`)
    .max(MOST_ID, `${what} is too long.`)
    .refine(isPlainText, `${what} has characters that cannot be stored.`);

export const userInput = z.object({ userId: idInput("a user") });

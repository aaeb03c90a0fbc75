import { z } from "zod";
import { isPlainText, MAX_ID } from "~/platform/plain-text";

/** An id as a person gives it: trimmed, never empty. */
export const idInput = (what: string) =>
  z
    .string({ error: `Give ${what}.` })
    .trim()
    .min(1, `Give ${what}.`)
    .max(MAX_ID, `${what} is too long.`)
    .refine(isPlainText, `${what} has characters that cannot be stored.`);

export const userInput = z.object({ userId: idInput("a user") });

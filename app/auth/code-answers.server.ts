import { z } from "zod";

/** Why a code of an authenticator app, or a backup code, opened nothing. */
export type CodeProblem = "wrong_code" | "too_many_codes" | "sign_in_again" | "used_code";

/** A sentence for the person who entered the code. */
export const CODE_PROBLEMS: Record<CodeProblem, string> = {
  wrong_code: "That code is not right. Check the clock of your phone, and enter the next code.",
  too_many_codes:
    "Too many codes were wrong. Try again in 15 minutes; until then the right code is refused, too.",
  used_code: "That code was used already, and each one opens one session. Sign in again with the next code.",
  sign_in_again:
    "This sign-in is over: ten minutes have passed, or too many codes were wrong. Sign in again.",
};

/** Codes of better-auth's errors after which no code can be entered any more. */
const OVER = ["INVALID_TWO_FACTOR_COOKIE", "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE"];
const failure = z.object({ code: z.string() });

/** What better-auth's answer to a code means. It locks a second factor after 10 wrong codes, whichever sign-in they came with. */
export async function readCodeProblem(response: Response): Promise<CodeProblem> {
  if (response.status === 429) return "too_many_codes";
  const read = failure.safeParse(await response.json().catch(() => null));
  return read.success && OVER.includes(read.data.code) ? "sign_in_again" : "wrong_code";
}

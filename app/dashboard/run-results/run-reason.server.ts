import { describeStripeFailure } from "../sync-result.server";

/** What the account guard says is a sentence already. */
const ACCOUNT_REASONS: readonly string[] = ["wrong_account", "unknown_account"];

/** Why a run paused, failed or ended, as a sentence: never an identifier of ours, and never Stripe's own text. */
export function describeRunReason(reason: string | null, { isRunning = false } = {}): string | null {
  if (reason === null) return null;
  const [, failure = "", text = ""] = /^([a-z_]+): (.*)$/s.exec(reason) ?? [];
  if (ACCOUNT_REASONS.includes(failure)) return startSentence(text);
  const id = failure === "" ? reason : failure;
  const words = describeStripeFailure(id);
  if (words === null) return failure === "" ? endSentence(startSentence(reason)) : UNKNOWN;
  // What a key may not read is said by name, and the variable of a key that is refused.
  const why =
    id === "forbidden" && text !== ""
      ? text
      : id === "unauthorized"
        ? `${words}: check STRIPE_SECRET_KEY`
        : words;
  return `Stripe could not be read (${why}).${isRunning ? " The run goes on by itself when Stripe answers." : ""}`;
}

const UNKNOWN = "It could not go on. The log says why.";

const startSentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

const endSentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

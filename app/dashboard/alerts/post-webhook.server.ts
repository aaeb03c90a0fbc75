import type { AlertMessage } from "./message.server";

/** What became of a message, in words that do not hold the address: it is a secret. */
export type Posted = { ok: true } | { ok: false; failure: string };

const TIMEOUT_MS = 10_000;

/** Posts a message. An answer that sends elsewhere is not followed, as the address elsewhere was chosen by no admin. */
export async function postWebhook(url: string, message: AlertMessage, stopped: AbortSignal): Promise<Posted> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "User-Agent": "Parity" },
      body: JSON.stringify(message),
      redirect: "manual",
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), stopped]),
    });
    await response.body?.cancel();
    if (response.ok) return { ok: true };
    const isRedirect = response.status >= 300 && response.status < 400;
    return {
      ok: false,
      failure: `The receiver answered ${response.status}${isRedirect ? ", which is not followed" : ""}.`,
    };
  } catch (error) {
    return { ok: false, failure: describeFailure(error) };
  }
}

function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return "The receiver could not be reached.";
  if (error.name === "TimeoutError")
    return `The receiver did not answer within ${TIMEOUT_MS / 1000} seconds.`;
  const cause: unknown = error.cause;
  const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return `The receiver could not be reached${code}.`;
}

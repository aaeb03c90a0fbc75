type Fields = Record<string, string>;

/** The latest answer under a key, and what it answers. `failure`: why there is none to the last question, as a sentence. */
export type PostState = { isBusy: boolean; answer: unknown; asked: Fields | null; failure: string | null };

const IDLE: PostState = { isBusy: false, answer: null, asked: null, failure: null };
const states = new Map<string, PostState>();
const listeners = new Set<() => void>();

export const readPost = (key: string): PostState => states.get(key) ?? IDLE;

export function listenToPosts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function change(key: string, state: PostState): void {
  states.set(key, state);
  for (const listener of listeners) listener();
}

export const UNREACHABLE = "Parity could not be reached. Check your connection and try again.";
export const SIGNED_OUT = "You are signed out. Load the page again to sign in.";

/**
 * Posts to a route that answers JSON, and keeps the answer under `key`. The page stays as it is, whatever comes back and also when
 * nothing does. True when there is an answer.
 */
export async function sendPost(key: string, path: string, fields: Fields): Promise<boolean> {
  const before = readPost(key);
  change(key, { ...before, isBusy: true, failure: null });
  const outcome = await askServer(path, fields);
  if ("failure" in outcome) change(key, { ...before, isBusy: false, failure: outcome.failure });
  else change(key, { isBusy: false, answer: outcome.answer, asked: fields, failure: null });
  return !("failure" in outcome);
}

async function askServer(path: string, fields: Fields): Promise<{ answer: unknown } | { failure: string }> {
  try {
    const response = await fetch(path, { method: "POST", body: new URLSearchParams(fields) });
    if (response.redirected) return { failure: SIGNED_OUT };
    const body: unknown = await response.json();
    const message = readErrorMessage(body);
    return message === null ? { answer: body } : { failure: message };
  } catch {
    // No connection, or what stands before the server answered in its place.
    return { failure: UNREACHABLE };
  }
}

/** The message of an error as our routes answer it; null for another answer. */
function readErrorMessage(body: unknown): string | null {
  if (typeof body !== "object" || body === null || !("error" in body)) return null;
  const { error } = body;
  if (typeof error !== "object" || error === null || !("message" in error)) return null;
  return typeof error.message === "string" ? error.message : null;
}

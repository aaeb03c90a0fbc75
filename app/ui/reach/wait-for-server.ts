/** What is asked again until the server answers: data or code of a page. */
type Waiting = {
  /** It changes nothing, so it is asked again without a person. */
  isSafe: boolean;
  /** The server is there, and could not do what was asked. */
  isRefused: boolean;
  tries: number;
  askAgain(): void;
  giveUp(): void;
};

/** What a page says about it. */
export type WaitingSummary = { isSafe: boolean; isRefused: boolean; tries: number };

/** What `ask` answers where the server is there and could not do it. */
export const REFUSED = Symbol("refused");

type WaitOptions<T> = {
  isSafe: boolean;
  signal?: AbortSignal | null;
  /** What is answered when the person no longer wants it; without it, it cannot be given up. */
  instead?: () => T;
};

const MOST_WAIT_MS = 10_000;
const waiting = new Set<Waiting>();
const listeners = new Set<() => void>();
let summary: WaitingSummary | null = null;

/** Null while nothing waits. */
export const readWaiting = (): WaitingSummary | null => summary;

export function listenToWaiting(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  const all = [...waiting];
  summary =
    all.length === 0
      ? null
      : {
          isSafe: all.every(({ isSafe }) => isSafe),
          isRefused: all.every(({ isRefused }) => isRefused),
          tries: Math.max(...all.map(({ tries }) => tries)),
        };
  for (const listener of listeners) listener();
}

/** `ask` answers null when the server was not reached. */
export async function waitForServer<T>(
  ask: () => Promise<T | null | typeof REFUSED>,
  { isSafe, signal, instead }: WaitOptions<T>,
): Promise<T> {
  const first = await ask();
  if (first !== null && first !== REFUSED) return first;
  const entry: Waiting = { isSafe, isRefused: first === REFUSED, tries: 1, askAgain() {}, giveUp() {} };
  waiting.add(entry);
  try {
    for (;;) {
      tell();
      if ((await waitForTurn(entry, signal)) === "give_up" && instead) return instead();
      const answer = await ask();
      if (answer !== null && answer !== REFUSED) return answer;
      entry.isRefused = answer === REFUSED;
      entry.tries += 1;
    }
  } finally {
    waiting.delete(entry);
    tell();
  }
}

function waitForTurn(entry: Waiting, signal?: AbortSignal | null): Promise<"again" | "give_up"> {
  return new Promise((resolve, reject) => {
    const abort = () => end(() => reject(signal?.reason));
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      settle();
    };
    const delay = Math.min(500 * 2 ** entry.tries, MOST_WAIT_MS);
    const timer = entry.isSafe ? setTimeout(() => entry.askAgain(), delay) : undefined;
    entry.askAgain = () => end(() => resolve("again"));
    entry.giveUp = () => end(() => resolve("give_up"));
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort);
  });
}

/** What could change something is sent again only when a person says so. */
export function askAgain({ alsoUnsafe }: { alsoUnsafe: boolean }): void {
  for (const entry of [...waiting]) if (entry.isSafe || alsoUnsafe) entry.askAgain();
}

let givenUp = 0;

/** How often a person gave up what was sent: it is not known whether it was done. */
export const countGivenUp = (): number => givenUp;

export function giveUpUnsafe(): void {
  givenUp += 1;
  for (const entry of [...waiting]) if (!entry.isSafe) entry.giveUp();
}

import { TIMED_OUT, withTimeout } from "~/platform/with-timeout";

/** After a failure the provider is not asked again for this long. Milliseconds. */
const COOL_DOWN_MS = 15_000;
const LONGEST_WAIT_MS = 10_000;

type GateOptions = {
  /** Whether the provider has said where it is: from then on nothing asks it before a person has signed in there. */
  isKnown: () => Promise<boolean>;
  /** Now, in epoch milliseconds. */
  now: () => number;
};

/**
 * Lets requests of single sign-on go on. Anyone may send them, so until the provider has answered once, one at a time asks it, and after
 * a failure none does for a while. Null: it does not answer.
 */
export function createProviderGate({ isKnown, now }: GateOptions) {
  let failedAt = Number.NEGATIVE_INFINITY;
  let known = false;
  let turn: Promise<unknown> = Promise.resolve();

  async function ask(work: () => Promise<Response>): Promise<Response | null> {
    if (known) return work();
    if (now() - failedAt < COOL_DOWN_MS) return null;
    const answer = await withTimeout(work(), LONGEST_WAIT_MS);
    known = answer !== TIMED_OUT && (await isKnown());
    if (!known) failedAt = now();
    return answer === TIMED_OUT ? null : answer;
  }

  return async (work: () => Promise<Response>): Promise<Response | null> => {
    if (known) return work();
    const mine = turn.then(() => ask(work));
    turn = mine.catch(() => undefined);
    return mine;
  };
}

import { createHmac } from "node:crypto";

const TIMEOUT_MS = 10_000;

export interface Attempt {
  /** Epoch milliseconds of the machine's clock. */
  at: number;
  /** The receiver's status code; null without a response. */
  status: number | null;
  tookMs: number;
}

export interface Post {
  url: string;
  secret: string;
  payload: string;
  /** Ends the attempt when the sandbox stops. */
  stopped: AbortSignal;
  /** Epoch milliseconds of the machine's clock: receivers compare the signature's time with theirs. */
  now: () => number;
}

/** Posts an event once, as Stripe does. Redirects are not followed. */
export async function postEvent({ url, secret, payload, stopped, now }: Post): Promise<Attempt> {
  const at = now();
  const response = fetch(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
      "Stripe-Signature": signPayload(payload, secret, Math.floor(at / 1000)),
    },
    body: payload,
    redirect: "manual",
    signal: AbortSignal.any([stopped, AbortSignal.timeout(TIMEOUT_MS)]),
  }).then(async (response) => {
    await response.body?.cancel();
    return response.status;
  });
  const status = await response.catch(() => null);
  return { at, status, tookMs: now() - at };
}

/** `t=…,v1=…`, over the time and the payload (https://docs.stripe.com/webhooks#verify-manually). */
/** The header `Stripe-Signature` of a payload. */
export function signPayload(payload: string, secret: string, epochSeconds: number): string {
  const v1 = createHmac("sha256", secret).update(`${epochSeconds}.${payload}`).digest("hex");
  return `t=${epochSeconds},v1=${v1}`;
}

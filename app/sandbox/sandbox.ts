import { type Account, createAccount } from "./account/account";
import { type Clock, createClock } from "./account/clock";
import type { EventListener } from "./account/event-log";
import { Control } from "./control/control";
import { RequestLog } from "./control/request-log";
import { type Listening, listen } from "./listen";
import { API_VERSION, DEFAULTS, type SandboxOptions } from "./options";

export type { SandboxEvent } from "./account/event-log";
export type { Fault } from "./control/faults";
export type { Limits } from "./control/rate-ceilings";
export type { LoggedRequest } from "./control/request-log";
export type { Listening } from "./listen";
export { API_VERSION, DEFAULT_SECRET_KEY, type SandboxOptions } from "./options";

/** A stateful stand-in for one Stripe account. */
export interface Sandbox
  extends Pick<
    Account,
    "checkoutSessions" | "customers" | "prices" | "products" | "store" | "subscriptions" | "writers"
  > {
  readonly accountId: string;
  /** The first of the accepted secret keys. */
  readonly secretKey: string;
  readonly clock: Clock;
  /** Latency, ceilings, faults, hanging requests. */
  readonly control: Control;
  /** What was asked over HTTP. */
  readonly requests: RequestLog;
  /** Runs a change without events: for making objects in bulk. */
  bulk<T>(change: () => T): T;
  /** Calls the listener for every event from now on. Returns how to stop. */
  onEvent(listener: EventListener): () => void;
  /** Serves the API; port 0 is any free one. */
  listen(port?: number, host?: string): Promise<Listening>;
}

export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const settings = { ...DEFAULTS, ...options };
  const clock = createClock(settings.now);
  const account = createAccount({
    facts: { id: settings.accountId, livemode: settings.livemode, apiVersion: API_VERSION },
    seed: settings.seed,
    clock,
    eventRetentionDays: settings.eventRetentionDays,
    changed: () => undefined,
  });
  const control = new Control({ clock, seed: settings.seed });
  control.setLatency(settings.latency);
  control.setLimits(settings.limits);
  const requests = new RequestLog(settings.rememberedRequests);
  let requestsMade = 0;
  return {
    ...account,
    accountId: settings.accountId,
    secretKey: settings.secretKeys[0] ?? "",
    control,
    requests,
    bulk: (change) => account.events.without(change),
    onEvent: (listener) => account.events.listen(listener),
    listen: (port = 0, host = "127.0.0.1") =>
      listen(
        {
          account,
          control,
          requests,
          keys: settings,
          nextRequestId: () => {
            requestsMade += 1;
            return account.store.ids.make("request", requestsMade);
          },
        },
        { port, host },
      ),
  };
}

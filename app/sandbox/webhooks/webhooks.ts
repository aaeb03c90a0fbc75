import type { Account } from "../account/account";
import { drawMilliseconds } from "../control/faults";
import { seededRandom } from "../control/random";
import type { Timers } from "../control/timers";
import type { WebhookEndpointRecord } from "../store/records";
import { postEvent } from "./attempt";
import { type Delivery, DeliveryLog } from "./delivery";
import type { WebhookMode } from "./mode";
import { Slots } from "./slots";

export interface WebhooksParts {
  account: Account;
  timers: Timers;
  seed: number;
  /** Milliseconds before each further attempt; after the last of them a delivery is given up. */
  retriesMs: readonly number[];
  /** Epoch milliseconds of the machine's clock. */
  now: () => number;
}

const AT_ONCE = 20;
/** How long events are gathered that are to go out in another order. */
const SHUFFLE_MS = 200;

/** Sends every event to the endpoints that want it, and again until one is answered with a 2xx. */
export class Webhooks {
  readonly #parts: WebhooksParts;
  readonly #log = new DeliveryLog();
  readonly #slots = new Slots(AT_ONCE);
  readonly #random: () => number;
  #gathered: string[] = [];
  #stopping = new AbortController();
  mode: WebhookMode = "on";

  constructor(parts: WebhooksParts) {
    this.#parts = parts;
    this.#random = seededRandom(parts.seed + 2);
    parts.account.events.listen((event) => this.#take(event));
  }

  start(): void {
    this.#stopping = new AbortController();
  }

  /** Gives up what is being sent, and what was to be sent later. */
  stop(): void {
    this.#stopping.abort();
    this.#gathered = [];
    for (const { id, state } of this.list())
      if (state === "waiting") this.#log.change(id, { state: "failed" });
  }

  /** The last deliveries, oldest first. */
  list(): Delivery[] {
    return this.#log.list();
  }

  /** Resolves as soon as nothing is on its way any more. */
  settled(): Promise<void> {
    return this.#log.settled();
  }

  /**
   * Tries once more what did not arrive; or one delivery (`wd_…`); or sends an event (`evt_…`) anew, to every endpoint
   * that wants it. Returns how many deliveries that concerns.
   */
  resend(what?: string): number {
    const { events } = this.#parts.account.store;
    const event = what === undefined ? undefined : events.find(what);
    if (event) return this.#take({ id: events.idOf(event.sequence), type: event.type });
    const again = this.list().filter(({ id, state }) =>
      what === undefined ? state === "lost" || state === "failed" : id === what && state !== "waiting",
    );
    for (const delivery of again) {
      this.#log.change(delivery.id, { state: "waiting" });
      this.#begin(delivery);
    }
    return again.length;
  }

  #take({ id, type }: { id: string; type: string }): number {
    const { store } = this.#parts.account;
    const { twice = false, dropRate = 0 } = this.#manner;
    let made = 0;
    for (const endpoint of store.webhookEndpoints.all()) {
      if (!wants(endpoint, type)) continue;
      const lost = this.mode === "off" || (dropRate > 0 && this.#random() < dropRate);
      for (let copy = 0; copy < (twice ? 2 : 1); copy++) {
        made += 1;
        const delivery = this.#log.add({
          event: id,
          type,
          endpoint: store.webhookEndpoints.idOf(endpoint.sequence),
          url: endpoint.url,
          state: lost ? "lost" : "waiting",
        });
        if (!lost) this.#begin(delivery);
      }
    }
    return made;
  }

  #begin({ id }: Delivery): void {
    const { delayMs = 0, shuffle = false } = this.#manner;
    const ms = drawMilliseconds(delayMs, this.#random);
    if (!shuffle) {
      this.#parts.timers.after(ms, () => this.#attempt(id));
      return;
    }
    this.#gathered.push(id);
    if (this.#gathered.length === 1) {
      this.#parts.timers.after(ms + SHUFFLE_MS, () => this.#sendGathered());
    }
  }

  async #sendGathered(): Promise<void> {
    for (const id of shuffled(this.#gathered.splice(0), this.#random)) await this.#attempt(id);
  }

  async #attempt(id: string): Promise<void> {
    const { account, timers, retriesMs, now } = this.#parts;
    const before = this.#log.find(id);
    const endpoint = before && account.store.webhookEndpoints.find(before.endpoint);
    const event = before && account.store.events.find(before.event);
    if (!endpoint?.enabled || !event || this.mode === "off") {
      this.#log.change(id, { state: "failed" });
      return;
    }
    const { signal } = this.#stopping;
    const { url, secret } = endpoint;
    const payload = account.writers.event(event);
    const attempt = await this.#slots.use(() => postEvent({ url, secret, payload, stopped: signal, now }));
    const attempts = [...before.attempts, attempt];
    const arrived = attempt.status !== null && attempt.status >= 200 && attempt.status < 300;
    const retryMs = signal.aborted ? undefined : retriesMs[attempts.length - 1];
    if (arrived || retryMs === undefined) {
      this.#log.change(id, { attempts, state: arrived ? "delivered" : "failed" });
      return;
    }
    this.#log.change(id, { attempts });
    timers.after(retryMs, () => this.#attempt(id));
  }

  get #manner(): Exclude<WebhookMode, string> {
    return typeof this.mode === "string" ? {} : this.mode;
  }
}

function wants({ enabled, enabledEvents }: WebhookEndpointRecord, type: string): boolean {
  return enabled && (enabledEvents.includes("*") || enabledEvents.includes(type));
}

/** In another order than before, wherever there is one. */
function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const keyed = values.map((value, i) => ({ value, i, key: random() })).sort((a, b) => a.key - b.key);
  const same = keyed.every(({ i }, at) => i === at);
  return (same ? keyed.reverse() : keyed).map(({ value }) => value);
}

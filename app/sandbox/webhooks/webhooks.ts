import type { Account } from "../account/account";
import { convertEvent } from "../api/versions/convert";
import { drawMilliseconds } from "../control/faults";
import { createRandom } from "../control/random";
import type { Timers } from "../control/timers";
import type { WebhookEndpointRecord } from "../store/records";
import { ConcurrencyLimit } from "./concurrency-limit";
import { type Delivery, DeliveryLog } from "./delivery";
import type { WebhookMode } from "./mode";
import { postEvent } from "./post-event";

export interface WebhooksDeps {
  account: Account;
  timers: Timers;
  seed: number;
  /** Milliseconds before each retry. A delivery fails after the last retry. */
  retriesMs: readonly number[];
  /** Epoch milliseconds of the machine's clock. */
  now: () => number;
}

const AT_ONCE = 20;
/** How long the `shuffle` mode collects events before it sends them. */
const SHUFFLE_MS = 200;

/** Sends every event to the endpoints that want it, and retries until the response is a 2xx. */
export class Webhooks {
  readonly #deps: WebhooksDeps;
  readonly #log = new DeliveryLog();
  readonly #slots = new ConcurrencyLimit(AT_ONCE);
  readonly #random: () => number;
  #gathered: string[] = [];
  #stopping = new AbortController();
  mode: WebhookMode = "on";

  constructor(deps: WebhooksDeps) {
    this.#deps = deps;
    this.#random = createRandom(deps.seed + 2);
    deps.account.events.listen((event) => this.#enqueue(event));
  }

  start(): void {
    this.#stopping = new AbortController();
  }

  /** Whether no endpoint still waits for this event, or has failed to take it. */
  wasDelivered(event: string): boolean {
    return !this.#log.list().some((one) => one.event === event && one.state !== "delivered");
  }

  /** Fails all waiting deliveries. */
  stop(): void {
    this.#stopping.abort();
    this.#gathered = [];
    for (const { id, state } of this.list())
      if (state === "waiting") this.#log.change(id, { state: "failed" });
  }

  /** The latest deliveries, oldest first. */
  list(): Delivery[] {
    return this.#log.list();
  }

  /** Resolves when no delivery is waiting. */
  waitUntilIdle(): Promise<void> {
    return this.#log.waitUntilIdle();
  }

  /**
   * Resends all failed and lost deliveries, one delivery (`wd_…`), or one event (`evt_…`) to every endpoint that wants it.
   * Returns the number of deliveries.
   */
  resend(what?: string): number {
    const { events } = this.#deps.account.store;
    const event = what === undefined ? undefined : events.find(what);
    if (event) return this.#enqueue({ id: events.getId(event.sequence), type: event.type });
    const again = this.list().filter(({ id, state }) =>
      what === undefined ? state === "lost" || state === "failed" : id === what && state !== "waiting",
    );
    for (const delivery of again) {
      this.#log.change(delivery.id, { state: "waiting" });
      this.#schedule(delivery);
    }
    return again.length;
  }

  #enqueue({ id, type }: { id: string; type: string }): number {
    const { store } = this.#deps.account;
    const { twice = false, dropRate = 0 } = this.#modeOptions;
    let count = 0;
    for (const endpoint of store.webhookEndpoints.all()) {
      if (!isSubscribed(endpoint, type)) continue;
      const lost = this.mode === "off" || (dropRate > 0 && this.#random() < dropRate);
      for (let copy = 0; copy < (twice ? 2 : 1); copy++) {
        count += 1;
        const delivery = this.#log.add({
          event: id,
          type,
          endpoint: store.webhookEndpoints.getId(endpoint.sequence),
          url: endpoint.url,
          state: lost ? "lost" : "waiting",
        });
        if (!lost) this.#schedule(delivery);
      }
    }
    return count;
  }

  #schedule({ id }: Delivery): void {
    const { delayMs = 0, shuffle = false } = this.#modeOptions;
    const ms = drawMilliseconds(delayMs, this.#random);
    if (!shuffle) {
      this.#deps.timers.schedule(ms, () => this.#attempt(id));
      return;
    }
    this.#gathered.push(id);
    if (this.#gathered.length === 1) {
      this.#deps.timers.schedule(ms + SHUFFLE_MS, () => this.#sendGathered());
    }
  }

  async #sendGathered(): Promise<void> {
    for (const id of shuffle(this.#gathered.splice(0), this.#random)) await this.#attempt(id);
  }

  async #attempt(id: string): Promise<void> {
    const { account, timers, retriesMs, now } = this.#deps;
    const before = this.#log.find(id);
    const endpoint = before && account.store.webhookEndpoints.find(before.endpoint);
    const event = before && account.store.events.find(before.event);
    if (!endpoint?.enabled || !event || this.mode === "off") {
      this.#log.change(id, { state: "failed" });
      return;
    }
    const { signal } = this.#stopping;
    const { url, secret, apiVersion } = endpoint;
    const version = apiVersion ?? account.facts.apiVersion;
    const payload = convertEvent(account, account.serializers.event(event), version);
    const attempt = await this.#slots.run(() => postEvent({ url, secret, payload, stopped: signal, now }));
    const attempts = [...before.attempts, attempt];
    const arrived = attempt.status !== null && attempt.status >= 200 && attempt.status < 300;
    const retryMs = signal.aborted ? undefined : retriesMs[attempts.length - 1];
    if (arrived || retryMs === undefined) {
      this.#log.change(id, { attempts, state: arrived ? "delivered" : "failed" });
      return;
    }
    this.#log.change(id, { attempts });
    timers.schedule(retryMs, () => this.#attempt(id));
  }

  get #modeOptions(): Exclude<WebhookMode, string> {
    return typeof this.mode === "string" ? {} : this.mode;
  }
}

function isSubscribed({ enabled, enabledEvents }: WebhookEndpointRecord, type: string): boolean {
  return enabled && (enabledEvents.includes("*") || enabledEvents.includes(type));
}

/** The values in another order, if there is one. */
function shuffle<T>(values: readonly T[], random: () => number): T[] {
  const keyed = values.map((value, i) => ({ value, i, key: random() })).sort((a, b) => a.key - b.key);
  const same = keyed.every(({ i }, at) => i === at);
  return (same ? keyed.reverse() : keyed).map(({ value }) => value);
}

import type { Attempt } from "./post-event";

/** One event on its way to one endpoint. */
export interface Delivery {
  /** `wd_1` */
  readonly id: string;
  /** `evt_…` */
  readonly event: string;
  readonly type: string;
  /** `we_…` */
  readonly endpoint: string;
  readonly url: string;
  /** `lost`: dropped by the webhook mode. `failed`: no retry is left. */
  readonly state: "delivered" | "failed" | "lost" | "waiting";
  readonly attempts: readonly Attempt[];
}

const CAPACITY = 1_000;

/** The latest deliveries. */
export class DeliveryLog {
  readonly #deliveries = new Map<string, Delivery>();
  #count = 0;
  #waiters: (() => void)[] = [];

  add(fields: Omit<Delivery, "attempts" | "id">): Delivery {
    this.#count += 1;
    const delivery: Delivery = { ...fields, id: `wd_${this.#count}`, attempts: [] };
    this.#deliveries.set(delivery.id, delivery);
    if (this.#deliveries.size > CAPACITY) this.#forgetOldest();
    return delivery;
  }

  /** Oldest first. */
  list(): Delivery[] {
    return [...this.#deliveries.values()];
  }

  find(id: string): Delivery | undefined {
    return this.#deliveries.get(id);
  }

  /** Changes a delivery. Does nothing when the log no longer holds it. */
  change(id: string, fields: Partial<Pick<Delivery, "attempts" | "state">>): void {
    const before = this.#deliveries.get(id);
    if (before) this.#deliveries.set(id, { ...before, ...fields });
    if (this.#waiting === 0) for (const resolve of this.#waiters.splice(0)) resolve();
  }

  /** Resolves when no delivery is waiting, so that tests need no sleep. */
  waitUntilIdle(): Promise<void> {
    if (this.#waiting === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  get #waiting(): number {
    return this.list().filter(({ state }) => state === "waiting").length;
  }

  #forgetOldest(): void {
    for (const { id, state } of this.#deliveries.values()) {
      if (state === "waiting") continue;
      this.#deliveries.delete(id);
      return;
    }
  }
}

import type { Attempt } from "./attempt";

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
  /** `lost`: never sent, as told. `failed`: given up. */
  readonly state: "delivered" | "failed" | "lost" | "waiting";
  readonly attempts: readonly Attempt[];
}

const KEPT = 1_000;

/** The last deliveries. */
export class DeliveryLog {
  readonly #deliveries = new Map<string, Delivery>();
  #made = 0;
  #waiters: (() => void)[] = [];

  add(fields: Omit<Delivery, "attempts" | "id">): Delivery {
    this.#made += 1;
    const delivery: Delivery = { ...fields, id: `wd_${this.#made}`, attempts: [] };
    this.#deliveries.set(delivery.id, delivery);
    if (this.#deliveries.size > KEPT) this.#forgetOldest();
    return delivery;
  }

  /** Oldest first. */
  list(): Delivery[] {
    return [...this.#deliveries.values()];
  }

  find(id: string): Delivery | undefined {
    return this.#deliveries.get(id);
  }

  /** Notes what became of it; nothing when it was forgotten meanwhile. */
  change(id: string, fields: Partial<Pick<Delivery, "attempts" | "state">>): void {
    const before = this.#deliveries.get(id);
    if (before) this.#deliveries.set(id, { ...before, ...fields });
    if (this.#waiting === 0) for (const resolve of this.#waiters.splice(0)) resolve();
  }

  /** Resolves as soon as nothing is on its way any more: tests then need no sleep. */
  settled(): Promise<void> {
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

import type { Clock } from "~/sandbox/account/clock";
import type { CustomerRecord } from "~/sandbox/store/records";
import type { Store } from "~/sandbox/store/store";

/** The time of each customer: that of its test clock, or else that of the sandbox. */
export class Timeline {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor({ store, clock }: { store: Store; clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Runs a change of a customer's objects as of the customer's time. */
  during<T>(customer: Pick<CustomerRecord, "rare">, change: () => T): T {
    const { test_clock: id } = customer.rare;
    const clock = id === null ? undefined : this.#store.testClocks.find(id);
    return clock ? this.#clock.runAt(clock.frozenTime, change, "objects") : change();
  }
}

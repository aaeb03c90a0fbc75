import { type AccountDeps, getExisting } from "~/sandbox/account/account-deps";
import type { Customers } from "~/sandbox/account/customers";
import { Refusal } from "~/sandbox/account/refusal";
import type { TestClockRecord } from "~/sandbox/store/billing-records";
import type { PassingTime } from "./passing-time";

const YEAR = 31_622_400;
const LONGEST_ADVANCE = 2 * YEAR;

/** Clocks of their own for customers, as Stripe has them for tests. Their time only moves when it is told to. */
export class TestClocks {
  readonly #deps: AccountDeps;
  readonly #time: PassingTime;
  readonly #customers: Customers;

  constructor(deps: AccountDeps, others: { time: PassingTime; customers: Customers }) {
    this.#deps = deps;
    this.#time = others.time;
    this.#customers = others.customers;
  }

  create({ frozen_time, name = null }: { frozen_time: number; name?: string | null }): { id: string } {
    const { store, clock } = this.#deps;
    const record: TestClockRecord = {
      sequence: store.testClocks.nextSequence,
      created: clock.now(),
      name,
      frozenTime: frozen_time,
      deleted: false,
    };
    store.testClocks.add(record);
    this.#emit("test_helpers.test_clock.created", record);
    return { id: store.testClocks.getId(record.sequence) };
  }

  /** Moves its time forward. What becomes due happens at once, so the clock is ready when this returns. */
  advance(id: string, { frozen_time }: { frozen_time: number }): { id: string } {
    const { store } = this.#deps;
    const before = getExisting(store.testClocks, id);
    if (frozen_time <= before.frozenTime || frozen_time > before.frozenTime + LONGEST_ADVANCE) {
      throw new Refusal({
        status: 400,
        message:
          frozen_time <= before.frozenTime
            ? "`frozen_time` must be after the current `frozen_time` of the test clock."
            : "`frozen_time` cannot be more than two years after the current `frozen_time` of the test clock.",
        param: "frozen_time",
      });
    }
    this.#emit("test_helpers.test_clock.advancing", before);
    const setTime = (frozenTime: number) =>
      store.testClocks.replace({ ...store.testClocks.get(before.sequence), frozenTime });
    this.#time.passUntil(id, frozen_time, setTime);
    setTime(frozen_time);
    this.#emit("test_helpers.test_clock.ready", store.testClocks.get(before.sequence));
    return { id };
  }

  /** Its customers and their subscriptions go with it. */
  delete(id: string): { id: string } {
    const { store } = this.#deps;
    const before = getExisting(store.testClocks, id);
    for (const customer of store.customers.all()) {
      if (customer.rare.test_clock === id && !customer.deleted) {
        this.#customers.delete(store.customers.getId(customer.sequence));
      }
    }
    store.testClocks.replace({ ...before, deleted: true });
    this.#emit("test_helpers.test_clock.deleted", before);
    return { id };
  }

  #emit(type: string, record: TestClockRecord): void {
    const { events, serializers, onChange } = this.#deps;
    if (events.isRecording) events.emit({ type, object: serializers.testClock(record) });
    onChange();
  }
}

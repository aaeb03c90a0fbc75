import type { Outcome } from "~/sandbox/account/simulate";

const CAPACITY = 20;

/** Outcomes of the last forms, by number: the address of the next page holds only the number. */
export class FlashMessages {
  readonly #outcomes = new Map<string, Outcome>();
  #count = 0;

  add(outcome: Outcome): string {
    this.#count += 1;
    this.#outcomes.set(String(this.#count), outcome);
    this.#outcomes.delete(String(this.#count - CAPACITY));
    return String(this.#count);
  }

  find(number: string | null): Outcome | null {
    return this.#outcomes.get(number ?? "") ?? null;
  }
}

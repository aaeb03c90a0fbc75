/** Numbers by the time when they are due, the earliest first. */
export class DueHeap {
  readonly #times: number[] = [];
  readonly #values: number[] = [];

  /** The earliest time; infinity when nothing waits. */
  get next(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  get size(): number {
    return this.#times.length;
  }

  add(time: number, value: number): void {
    let at = this.#times.length;
    this.#times.push(time);
    this.#values.push(value);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Removes the earliest entry; undefined when nothing waits. */
  take(): { time: number; value: number } | undefined {
    if (this.#times.length === 0) return undefined;
    this.#swap(0, this.#times.length - 1);
    const time = this.#times.pop() ?? 0;
    const value = this.#values.pop() ?? 0;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      let first = at;
      if (this.#isBefore(left, first)) first = left;
      if (this.#isBefore(left + 1, first)) first = left + 1;
      if (first === at) return { time, value };
      this.#swap(at, first);
      at = first;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#times[one], this.#times[other]];
    if (a === undefined || b === undefined) return false;
    return a < b || (a === b && (this.#values[one] ?? 0) < (this.#values[other] ?? 0));
  }

  #swap(one: number, other: number): void {
    const [time = 0, value = 0] = [this.#times[one], this.#values[one]];
    this.#times[one] = this.#times[other] ?? 0;
    this.#values[one] = this.#values[other] ?? 0;
    this.#times[other] = time;
    this.#values[other] = value;
  }
}

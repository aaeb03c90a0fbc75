/** Runs at most this many tasks at once; the others wait in order. */
export class ConcurrencyLimit {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(many: number) {
    this.#free = many;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#line.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#line.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}

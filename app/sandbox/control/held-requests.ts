interface Waiter {
  wanted: number;
  resolve: () => void;
}

/** Requests that hang until somebody releases them. */
export class HeldRequests {
  #held: (() => void)[] = [];
  #waiters: Waiter[] = [];

  get count(): number {
    return this.#held.length;
  }

  /** Resolves when released. */
  hold(): Promise<void> {
    return new Promise((release) => {
      this.#held.push(release);
      this.#waiters = this.#waiters.filter(({ wanted, resolve }) => {
        if (this.#held.length < wanted) return true;
        resolve();
        return false;
      });
    });
  }

  /** Lets the requests that hang go on: the first so many, or all. */
  release(many = this.#held.length): void {
    for (const release of this.#held.splice(0, many)) release();
  }

  /** Resolves as soon as so many requests hang: tests then need no sleep. */
  reached(wanted: number): Promise<void> {
    if (this.#held.length >= wanted) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ wanted, resolve }));
  }
}

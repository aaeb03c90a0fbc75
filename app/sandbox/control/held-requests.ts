interface Waiter {
  wanted: number;
  resolve: () => void;
}

/** Requests that hang until they are released. */
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

  /** Releases the first `many` hanging requests, or all. */
  release(many = this.#held.length): void {
    for (const release of this.#held.splice(0, many)) release();
  }

  /** Resolves when this many requests hang, so that tests need no sleep. */
  waitForCount(wanted: number): Promise<void> {
    if (this.#held.length >= wanted) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ wanted, resolve }));
  }
}

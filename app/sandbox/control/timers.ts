/** Things to happen later, by the machine's clock. None of them keeps the process alive. */
export class Timers {
  readonly #open = new Set<NodeJS.Timeout>();

  /** Runs the task after so many milliseconds; for 0 before this returns, so that tests need not wait. */
  after(ms: number, task: () => void): void {
    if (ms <= 0) {
      task();
      return;
    }
    const timer = setTimeout(() => {
      this.#open.delete(timer);
      task();
    }, ms).unref();
    this.#open.add(timer);
  }

  /** Forgets all that was to happen. */
  stop(): void {
    for (const timer of this.#open) clearTimeout(timer);
    this.#open.clear();
  }
}

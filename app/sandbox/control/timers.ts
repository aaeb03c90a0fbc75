/** Timers by the machine's clock. They do not keep the process alive. */
export class Timers {
  readonly #open = new Set<NodeJS.Timeout>();

  /** Runs the task after the delay; for 0 at once, so that tests need not wait. */
  schedule(ms: number, task: () => void): void {
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

  /** Runs the task again and again until `stop`. */
  repeat(ms: number, task: () => void): void {
    this.#open.add(setInterval(task, ms).unref());
  }

  /** Cancels all timers. */
  stop(): void {
    for (const timer of this.#open) clearTimeout(timer);
    this.#open.clear();
  }
}

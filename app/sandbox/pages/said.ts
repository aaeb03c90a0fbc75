import type { Outcome } from "../account/happenings";

const KEPT = 20;

/** What was said after the last forms, by number: the page that follows shows it, and its address says nothing. */
export class Said {
  readonly #outcomes = new Map<string, Outcome>();
  #made = 0;

  add(outcome: Outcome): string {
    this.#made += 1;
    this.#outcomes.set(String(this.#made), outcome);
    this.#outcomes.delete(String(this.#made - KEPT));
    return String(this.#made);
  }

  find(number: string | null): Outcome | null {
    return this.#outcomes.get(number ?? "") ?? null;
  }
}

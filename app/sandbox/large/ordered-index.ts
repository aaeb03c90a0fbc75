type GetCreated = (sequence: number) => number;

/**
 * Sequence numbers in Stripe's list order: by `created`, then by creation, oldest first (lists walk it backwards).
 * Adding in order costs nothing. Other additions wait and are merged at the next read, so that objects can be created in
 * bulk with any dates.
 */
export class OrderedIndex {
  readonly #getCreated: GetCreated;
  #sorted: number[] = [];
  #pending: number[] = [];

  constructor(getCreated: GetCreated) {
    this.#getCreated = getCreated;
  }

  add(sequence: number): void {
    const last = this.#sorted.at(-1);
    if (this.#pending.length === 0 && (last === undefined || compare(last, sequence, this.#getCreated) < 0)) {
      this.#sorted.push(sequence);
    } else {
      this.#pending.push(sequence);
    }
  }

  remove(sequence: number): void {
    const at = findPosition(this.listAscending(), this.#getCreated, this.#getCreated(sequence), sequence);
    if (this.#sorted[at] === sequence) this.#sorted.splice(at, 1);
  }

  /** All entries, oldest first. Valid until the next change. */
  listAscending(): readonly number[] {
    if (this.#pending.length > 0) {
      this.#sorted = merge(this.#sorted, sortByCreated(this.#pending, this.#getCreated), this.#getCreated);
      this.#pending = [];
    }
    return this.#sorted;
  }

  get size(): number {
    return this.#sorted.length + this.#pending.length;
  }
}

/** The same sequence numbers, oldest first. */
export function sortByCreated(sequences: readonly number[], getCreated: GetCreated): number[] {
  return [...sequences].sort((a, b) => compare(a, b, getCreated));
}

/** The number of entries of an ascending list that come before (created, sequence). */
export function findPosition(
  ascending: readonly number[],
  getCreated: GetCreated,
  created: number,
  sequence: number,
): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = ascending[middle] ?? 0;
    const entryCreated = getCreated(entry);
    if (entryCreated < created || (entryCreated === created && entry < sequence)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(a: number, b: number, getCreated: GetCreated): number {
  return getCreated(a) - getCreated(b) || a - b;
}

function merge(left: readonly number[], right: readonly number[], getCreated: GetCreated): number[] {
  const result: number[] = [];
  let i = 0;
  for (const entry of right) {
    for (let next = left[i]; next !== undefined && compare(next, entry, getCreated) < 0; next = left[++i]) {
      result.push(next);
    }
    result.push(entry);
  }
  for (; i < left.length; i++) result.push(left[i] ?? 0);
  return result;
}

type CreatedOf = (sequence: number) => number;

/**
 * Sequence numbers kept in Stripe's order of lists: by `created`, then by creation, oldest first (lists walk
 * it backwards). Additions in order cost nothing; others wait and are merged in at the next read, so that
 * objects can be made in bulk with any dates.
 */
export class OrderedIndex {
  readonly #createdOf: CreatedOf;
  #sorted: number[] = [];
  #pending: number[] = [];

  constructor(createdOf: CreatedOf) {
    this.#createdOf = createdOf;
  }

  add(sequence: number): void {
    const last = this.#sorted.at(-1);
    if (this.#pending.length === 0 && (last === undefined || compare(last, sequence, this.#createdOf) < 0)) {
      this.#sorted.push(sequence);
    } else {
      this.#pending.push(sequence);
    }
  }

  remove(sequence: number): void {
    const at = positionIn(this.ascending(), this.#createdOf, this.#createdOf(sequence), sequence);
    if (this.#sorted[at] === sequence) this.#sorted.splice(at, 1);
  }

  /** All entries, oldest first. Valid until the next change. */
  ascending(): readonly number[] {
    if (this.#pending.length > 0) {
      this.#sorted = merged(this.#sorted, inOrder(this.#pending, this.#createdOf), this.#createdOf);
      this.#pending = [];
    }
    return this.#sorted;
  }

  get size(): number {
    return this.#sorted.length + this.#pending.length;
  }
}

/** The same sequence numbers, oldest first. */
export function inOrder(sequences: readonly number[], createdOf: CreatedOf): number[] {
  return [...sequences].sort((a, b) => compare(a, b, createdOf));
}

/** How many entries of an ascending list stand before (created, sequence). */
export function positionIn(
  ascending: readonly number[],
  createdOf: CreatedOf,
  created: number,
  sequence: number,
): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = ascending[middle] ?? 0;
    const entryCreated = createdOf(entry);
    if (entryCreated < created || (entryCreated === created && entry < sequence)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(a: number, b: number, createdOf: CreatedOf): number {
  return createdOf(a) - createdOf(b) || a - b;
}

function merged(left: readonly number[], right: readonly number[], createdOf: CreatedOf): number[] {
  const result: number[] = [];
  let i = 0;
  for (const entry of right) {
    for (let next = left[i]; next !== undefined && compare(next, entry, createdOf) < 0; next = left[++i]) {
      result.push(next);
    }
    result.push(entry);
  }
  for (; i < left.length; i++) result.push(left[i] ?? 0);
  return result;
}

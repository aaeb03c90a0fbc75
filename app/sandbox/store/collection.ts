import type { IdKind, Ids } from "./ids";
import { OrderedIndex } from "./ordered-index";
import type { Stored } from "./records";

export interface CollectionState<R> {
  records: (R | null)[];
  customIds: [number, string][];
}

/** All objects of one kind, by sequence number and by id, in Stripe's order of lists. */
export class Collection<R extends Stored> {
  readonly kind: IdKind;
  readonly index: OrderedIndex;
  readonly #ids: Ids;
  readonly #listed: (record: R) => boolean;
  #records: (R | null)[] = [null];
  readonly #customIds = new Map<string, number>();
  readonly #customIdOf = new Map<number, string>();

  /** `listed` says which records lists show: deleted customers and products are only found by id. */
  constructor(kind: IdKind, ids: Ids, listed: (record: R) => boolean = () => true) {
    this.kind = kind;
    this.#ids = ids;
    this.#listed = listed;
    this.index = new OrderedIndex((sequence) => this.#records[sequence]?.created ?? 0);
  }

  /** The sequence number that the next object will have. */
  get nextSequence(): number {
    return this.#records.length;
  }

  /** Adds a record made with `nextSequence`; `id` only where the caller wants another than the computed one. */
  add(record: R, id?: string): void {
    if (id !== undefined) {
      if (!/^\w+$/.test(id)) throw new Error(`${id} does not look like an id`);
      if (this.sequenceOf(id) !== undefined) throw new Error(`${id} exists already`);
      this.#customIds.set(id, record.sequence);
      this.#customIdOf.set(record.sequence, id);
    }
    this.#records.push(record);
    this.index.add(record.sequence);
  }

  /** Puts a new version of a record in its place. `created` never changes. */
  replace(record: R): void {
    this.#records[record.sequence] = record;
    if (!this.#listed(record)) this.index.remove(record.sequence);
  }

  /** Drops a record altogether. */
  forget(sequence: number): void {
    this.index.remove(sequence);
    this.#records[sequence] = null;
  }

  /** The record at this position; undefined where there is none (any more). */
  peek(sequence: number): R | undefined {
    return this.#records[sequence] ?? undefined;
  }

  /** The record at this position, which must exist. */
  get(sequence: number): R {
    const record = this.#records[sequence];
    if (!record) throw new Error(`There is no ${this.kind} number ${sequence}`);
    return record;
  }

  find(id: string): R | undefined {
    const sequence = this.sequenceOf(id);
    return sequence === undefined ? undefined : (this.#records[sequence] ?? undefined);
  }

  idOf(sequence: number): string {
    return this.#customIdOf.get(sequence) ?? this.#ids.make(this.kind, sequence);
  }

  sequenceOf(id: string): number | undefined {
    const custom = this.#customIds.get(id);
    if (custom !== undefined) return custom;
    const sequence = this.#ids.sequenceOf(this.kind, id);
    if (sequence === undefined || this.#customIdOf.has(sequence)) return undefined;
    return this.#records[sequence] ? sequence : undefined;
  }

  /** All records in the order of creation. */
  *all(): Generator<R> {
    for (const record of this.#records) if (record) yield record;
  }

  state(): CollectionState<R> {
    return { records: this.#records, customIds: [...this.#customIdOf] };
  }

  restore(state: CollectionState<R>): void {
    this.#records = state.records;
    for (const [sequence, id] of state.customIds) {
      this.#customIds.set(id, sequence);
      this.#customIdOf.set(sequence, id);
    }
    for (const record of this.all()) if (this.#listed(record)) this.index.add(record.sequence);
  }
}

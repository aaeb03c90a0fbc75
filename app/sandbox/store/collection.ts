import { OrderedIndex } from "~/sandbox/large/ordered-index";
import type { IdKind, Ids } from "./ids";
import type { Stored } from "./records";

export interface CollectionState<R> {
  records: (R | null)[];
  customIds: [number, string][];
}

/** Makes records at their first use, so that a bulk of objects costs no memory. */
export interface LazyRecords<R> {
  /** The reserved sequence numbers whose records are not made yet. */
  readonly unmade: { has(sequence: number): boolean; keys(): Iterable<number> };
  make(sequence: number): R;
  /** When the record is created, without making it: epoch seconds. */
  readCreated(sequence: number): number;
}

/** All objects of one kind, by sequence number and by id, in Stripe's list order. */
export class Collection<R extends Stored> {
  readonly kind: IdKind;
  readonly index: OrderedIndex;
  readonly #ids: Ids;
  readonly #listed: (record: R) => boolean;
  #records: (R | null)[] = [null];
  readonly #sequenceByCustomId = new Map<string, number>();
  readonly #customIdBySequence = new Map<number, string>();
  readonly #lazy: LazyRecords<R> | undefined;

  /** `listed`: which records appear in lists. Deleted customers and products are only found by id. */
  constructor(kind: IdKind, ids: Ids, listed: (record: R) => boolean = () => true, lazy?: LazyRecords<R>) {
    this.kind = kind;
    this.#ids = ids;
    this.#listed = listed;
    this.#lazy = lazy;
    this.index = new OrderedIndex((sequence) => this.#readCreated(sequence));
  }

  /** The sequence number that the next object will have. */
  get nextSequence(): number {
    return this.#records.length;
  }

  /** Adds a record that was created with `nextSequence`. `id` replaces the computed id. */
  add(record: R, id?: string): void {
    if (id !== undefined) {
      if (!/^[\w-]+$/.test(id)) throw new Error(`${id} does not look like an id`);
      if (this.findSequence(id) !== undefined) throw new Error(`${id} exists already`);
      this.#sequenceByCustomId.set(id, record.sequence);
      this.#customIdBySequence.set(record.sequence, id);
    }
    this.#records.push(record);
    this.index.add(record.sequence);
  }

  /** Takes the next sequence number for a record that is made at its first use. */
  reserve(): number {
    const sequence = this.nextSequence;
    this.#records.push(null);
    this.index.add(sequence);
    return sequence;
  }

  /** Makes all reserved records. */
  makeReserved(): void {
    for (const sequence of [...(this.#lazy?.unmade.keys() ?? [])]) this.peek(sequence);
  }

  /** Replaces a record. `created` never changes. */
  replace(record: R): void {
    this.#records[record.sequence] = record;
    if (!this.#listed(record)) this.index.remove(record.sequence);
  }

  /** Removes a record completely. */
  forget(sequence: number): void {
    this.index.remove(sequence);
    this.#records[sequence] = null;
  }

  /** The record with this sequence number; undefined when it does not exist or was removed. */
  peek(sequence: number): R | undefined {
    const record = this.#records[sequence];
    return record ?? (this.#lazy?.unmade.has(sequence) ? this.#make(this.#lazy, sequence) : undefined);
  }

  /** The record with this sequence number. Throws when it does not exist. */
  get(sequence: number): R {
    const record = this.peek(sequence);
    if (!record) throw new Error(`There is no ${this.kind} number ${sequence}`);
    return record;
  }

  find(id: string): R | undefined {
    const sequence = this.findSequence(id);
    return sequence === undefined ? undefined : this.peek(sequence);
  }

  getId(sequence: number): string {
    return this.#customIdBySequence.get(sequence) ?? this.#ids.make(this.kind, sequence);
  }

  findSequence(id: string): number | undefined {
    const custom = this.#sequenceByCustomId.get(id);
    if (custom !== undefined) return custom;
    const sequence = this.#ids.decode(this.kind, id);
    if (sequence === undefined || this.#customIdBySequence.has(sequence)) return undefined;
    return this.#records[sequence] || this.#lazy?.unmade.has(sequence) ? sequence : undefined;
  }

  /** All records in the order of creation. */
  *all(): Generator<R> {
    for (const record of this.#records) if (record) yield record;
  }

  #make(lazy: LazyRecords<R>, sequence: number): R {
    const record = lazy.make(sequence);
    this.#records[sequence] = record;
    return record;
  }

  #readCreated(sequence: number): number {
    const record = this.#records[sequence];
    if (record) return record.created;
    return this.#lazy?.unmade.has(sequence) ? this.#lazy.readCreated(sequence) : 0;
  }

  toState(): CollectionState<R> {
    return { records: this.#records, customIds: [...this.#customIdBySequence] };
  }

  restore(state: CollectionState<R>): void {
    this.#records = state.records;
    for (const sequence of this.#lazy?.unmade.keys() ?? []) this.index.add(sequence);
    for (const [sequence, id] of state.customIds) {
      this.#sequenceByCustomId.set(id, sequence);
      this.#customIdBySequence.set(sequence, id);
    }
    for (const record of this.all()) if (this.#listed(record)) this.index.add(record.sequence);
  }
}

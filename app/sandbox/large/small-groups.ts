/** Sequence numbers by a key that few objects share (the subscriptions of a customer). A single number takes no array. */
export class SmallGroups<K> {
  readonly #groups = new Map<K, number | number[]>();

  add(key: K, sequence: number): void {
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, sequence);
    else if (typeof group === "number") this.#groups.set(key, [group, sequence]);
    else group.push(sequence);
  }

  remove(key: K, sequence: number): void {
    const rest = this.list(key).filter((entry) => entry !== sequence);
    if (rest.length === 0) this.#groups.delete(key);
    else this.#groups.set(key, rest);
  }

  /** In no particular order; empty when the key is unknown. */
  list(key: K): readonly number[] {
    const group = this.#groups.get(key);
    if (group === undefined) return [];
    return typeof group === "number" ? [group] : group;
  }
}

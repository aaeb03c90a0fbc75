/** Random choices that are the same for the same seed. */
export type SeededRandom = {
  /** A number from 0 to below 1. */
  next(): number;
  /** A whole number from 0 to below `below`. */
  below(below: number): number;
  pick<T>(from: readonly T[]): T;
  /** Up to `many` of them, each once, in random order. */
  sample<T>(from: readonly T[], count: number): T[];
};

/** mulberry32: small, and good enough for a few hundred choices. */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    pick(from) {
      const one = from[below(from.length)];
      if (one === undefined) throw new Error("The list to choose from is empty");
      return one;
    },
    sample(from, count) {
      const left = [...from];
      const chosen: typeof left = [];
      while (left.length > 0 && chosen.length < count) chosen.push(...left.splice(below(left.length), 1));
      return chosen;
    },
  };
}

/** Choices that are the same in every run with the same seed. */
export type Chance = {
  /** A number from 0 up to, not with, 1. */
  next(): number;
  /** A whole number from 0 up to, not with, `below`. */
  below(below: number): number;
  pick<T>(from: readonly T[]): T;
  /** So many of them, each once, in a chosen order. */
  some<T>(from: readonly T[], many: number): T[];
};

/** mulberry32: small, and good enough to choose among a few hundred. */
export function chanceOf(seed: number): Chance {
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
      if (one === undefined) throw new Error("There is nothing to choose from");
      return one;
    },
    some(from, many) {
      const left = [...from];
      const chosen: typeof left = [];
      while (left.length > 0 && chosen.length < many) chosen.push(...left.splice(below(left.length), 1));
      return chosen;
    },
  };
}

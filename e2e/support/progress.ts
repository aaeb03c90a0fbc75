/** Prints lines, each with the minutes since the start: what a long search has done is seen while it goes on. */
export function createProgress(): { print(line: string): void; minutes(): string } {
  const startedAt = performance.now();
  const minutes = () => ((performance.now() - startedAt) / 60_000).toFixed(1);
  return {
    minutes,
    print: (line) => void process.stdout.write(`${minutes().padStart(5)} min  ${line}\n`),
  };
}

/**
 * The minutes that a search may take, divided evenly: each part may use its share of what is left, so that a slow one
 * leaves the later ones their time.
 */
export function divideMinutes(
  minutes: number,
  parts: number,
  now: () => number = () => performance.now(),
): { next(): { isOver(): boolean }; isOver(): boolean } {
  const end = now() + minutes * 60_000;
  let left = parts;
  return {
    isOver: () => now() >= end,
    next() {
      const share = Math.max(0, end - now()) / Math.max(1, left);
      left -= 1;
      const partEnd = now() + share;
      return { isOver: () => now() >= partEnd };
    },
  };
}

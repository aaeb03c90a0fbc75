import { setImmediate as letOthersRun } from "node:timers/promises";

/** A process that draws pages must not make them wait for a run. Milliseconds. */
const SLICE_MS = 10;

/** Does something with each of thousands of items, in slices between which the process does other work. */
export async function forEachInSlices<T>(
  items: Iterable<T>,
  work: (item: T) => void,
  { sliceMs = SLICE_MS }: { sliceMs?: number } = {},
): Promise<void> {
  let until = performance.now() + sliceMs;
  for (const item of items) {
    work(item);
    if (performance.now() < until) continue;
    await letOthersRun();
    until = performance.now() + sliceMs;
  }
}

/** Transforms thousands of items, in such slices. */
export async function mapInSlices<T, R>(items: Iterable<T>, transform: (item: T) => R): Promise<R[]> {
  const results: R[] = [];
  await forEachInSlices(items, (item) => void results.push(transform(item)));
  return results;
}

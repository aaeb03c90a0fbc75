import fc from "fast-check";
import { expect, it } from "vitest";
import { DueHeap } from "./due-heap";

it("gives the earliest first, whatever the order of additions", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
      const heap = new DueHeap();
      for (const [i, time] of times.entries()) heap.add(time, i);
      const taken: number[] = [];
      for (let entry = heap.take(); entry; entry = heap.take()) taken.push(entry.time);
      expect(taken).toEqual([...times].sort((a, b) => a - b));
      expect(heap.next).toBe(Number.POSITIVE_INFINITY);
    }),
  );
});

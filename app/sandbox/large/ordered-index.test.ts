import fc from "fast-check";
import { expect, it } from "vitest";
import { OrderedIndex } from "./ordered-index";

it("stays sorted after any additions, removals and reads", () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 0, max: 9 }) }),
    fc.record({ remove: fc.nat({ max: 20 }) }),
    fc.constant("read" as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const created: number[] = [];
      const present = new Set<number>();
      const index = new OrderedIndex((sequence) => created[sequence] ?? 0);
      for (const action of steps) {
        if (action === "read") {
          index.listAscending();
        } else if ("add" in action) {
          created.push(action.add);
          present.add(created.length - 1);
          index.add(created.length - 1);
        } else {
          index.remove(action.remove);
          present.delete(action.remove);
        }
      }
      const expected = [...present].sort((a, b) => (created[a] ?? 0) - (created[b] ?? 0) || a - b);
      expect(index.listAscending()).toEqual(expected);
      expect(index.size).toBe(expected.length);
    }),
  );
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type IdKind, Ids } from "./ids";

const KINDS: IdKind[] = [
  "customer",
  "subscription",
  "subscription_item",
  "price",
  "product",
  "event",
  "invoice",
];

describe("ids", () => {
  it("can be decoded to their number", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(...KINDS),
        fc.integer({ min: 0, max: 0xffffffff }),
        (seed, kind, sequence) => {
          const ids = new Ids(seed);
          expect(ids.decode(kind, ids.make(kind, sequence))).toBe(sequence);
        },
      ),
    );
  });

  it("look like Stripe's", () => {
    const ids = new Ids(1);
    expect(ids.make("customer", 1)).toMatch(/^cus_[A-Za-z0-9]{14}$/);
    expect(ids.make("subscription", 1)).toMatch(/^sub_1[A-Za-z0-9]{23}$/);
    expect(ids.make("price", 1)).toMatch(/^price_1[A-Za-z0-9]{23}$/);
  });

  it("are all different", () => {
    const ids = new Ids(1);
    const made = new Set(Array.from({ length: 20_000 }, (_, i) => ids.make("customer", i)));
    expect(made.size).toBe(20_000);
  });

  it("cannot be decoded when they are not the sandbox's", () => {
    const ids = new Ids(1);
    const id = ids.make("customer", 5);
    expect(ids.decode("customer", `${id.slice(0, -1)}${id.endsWith("a") ? "b" : "a"}`)).toBeUndefined();
    expect(ids.decode("customer", "cus_none")).toBeUndefined();
    expect(ids.decode("customer", "cus_!!!!!!!!!!!!!!")).toBeUndefined();
    expect(ids.decode("price", id)).toBeUndefined();
    expect(new Ids(2).decode("customer", id)).toBeUndefined();
  });
});

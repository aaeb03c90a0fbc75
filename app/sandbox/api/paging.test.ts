import fc from "fast-check";
import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { catchStripeError, startSandbox, TEST_NOW } from "~/sandbox/testing/sandbox";
import type { Sandbox } from "../sandbox";

/** Customers created at these offsets from the start; their ids in Stripe's order. */
function addCustomers(sandbox: Sandbox, offsets: readonly number[]): string[] {
  const made = offsets.map((offset, i) => {
    const created = TEST_NOW - 1_000 + offset;
    return { ...sandbox.customers.create({ created }), created, i };
  });
  return made.sort((a, b) => b.created - a.created || b.i - a.i).map(({ id }) => id);
}

async function walk(
  stripe: Stripe,
  limit: number,
  direction: "ending_before" | "starting_after",
  first?: string,
): Promise<string[]> {
  const ids: string[] = [];
  let cursor = first;
  for (;;) {
    const page = await stripe.customers.list({ limit, ...(cursor ? { [direction]: cursor } : {}) });
    const pageIds = page.data.map(({ id }) => id);
    if (direction === "starting_after") ids.push(...pageIds);
    else ids.unshift(...pageIds);
    cursor = direction === "starting_after" ? pageIds.at(-1) : pageIds[0];
    if (!page.has_more || cursor === undefined) return ids;
  }
}

describe("pages", () => {
  it("have ten objects by default, newest first", async () => {
    const { sandbox, stripe } = await startSandbox();
    const ids = addCustomers(
      sandbox,
      Array.from({ length: 12 }, (_, i) => i),
    );
    const page = await stripe.customers.list();
    expect(page.data.map(({ id }) => id)).toEqual(ids.slice(0, 10));
    expect(page.has_more).toBe(true);
  });

  it("contain each object exactly once and in order, with any limit, in both directions", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        async (offsets, limit) => {
          const { sandbox, stripe, listening } = await startSandbox();
          const ids = addCustomers(sandbox, offsets);
          const oldest = ids.at(-1);
          expect(await walk(stripe, limit, "starting_after")).toEqual(ids);
          expect(await walk(stripe, limit, "ending_before", oldest)).toEqual(ids.slice(0, -1));
          await listening.close();
        },
      ),
      { numRuns: 25 },
    );
  });

  it("contain each object once when the time range is split", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 0, max: 20 }),
        async (offsets, cut) => {
          const { sandbox, stripe, listening } = await startSandbox();
          const ids = addCustomers(sandbox, offsets);
          const at = TEST_NOW - 1_000 + cut;
          const newer = await stripe.customers.list({ limit: 100, created: { gte: at } });
          const older = await stripe.customers.list({ limit: 100, created: { lt: at } });
          const newerToo = await stripe.customers.list({ limit: 100, created: { gt: at - 1 } });
          const olderToo = await stripe.customers.list({ limit: 100, created: { lte: at - 1 } });
          expect([...newer.data, ...older.data].map(({ id }) => id)).toEqual(ids);
          expect([...newerToo.data, ...olderToo.data].map(({ id }) => id)).toEqual(ids);
          await listening.close();
        },
      ),
      { numRuns: 25 },
    );
  });

  it("have the right has_more in both directions", async () => {
    const { sandbox, stripe } = await startSandbox();
    const ids = addCustomers(sandbox, [0, 1, 2, 3]);
    const more = async (params: Stripe.CustomerListParams) => (await stripe.customers.list(params)).has_more;
    expect(await more({ limit: 3 })).toBe(true);
    expect(await more({ limit: 4 })).toBe(false);
    expect(await more({ limit: 1, starting_after: ids[1] })).toBe(true);
    expect(await more({ limit: 2, starting_after: ids[1] })).toBe(false);
    expect(await more({ limit: 1, ending_before: ids[2] })).toBe(true);
    expect(await more({ limit: 2, ending_before: ids[2] })).toBe(false);
  });

  it("do not shift when objects are created between two pages", async () => {
    const { sandbox, stripe } = await startSandbox();
    const ids = addCustomers(sandbox, [0, 1, 2, 3, 4, 5]);
    const first = await stripe.customers.list({ limit: 3 });
    sandbox.customers.create();
    const second = await stripe.customers.list({ limit: 3, starting_after: first.data[2]?.id });
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids);
  });

  it("accept an exact time", async () => {
    const { sandbox, stripe } = await startSandbox();
    const ids = addCustomers(sandbox, [0, 1, 1, 2]);
    const page = await stripe.customers.list({ created: TEST_NOW - 999 });
    expect(page.data.map(({ id }) => id)).toEqual(ids.slice(1, 3));
  });

  it("continue after a customer that was deleted", async () => {
    const { sandbox, stripe } = await startSandbox();
    const ids = addCustomers(sandbox, [0, 1, 2, 3]);
    sandbox.customers.delete(ids[1] ?? "");
    const page = await stripe.customers.list({ starting_after: ids[1] });
    expect(page.data.map(({ id }) => id)).toEqual(ids.slice(2));
  });

  it("reject two cursors and an unknown cursor", async () => {
    const { sandbox, stripe } = await startSandbox();
    const [id] = addCustomers(sandbox, [0]);
    const both = await catchStripeError(stripe.customers.list({ starting_after: id, ending_before: id }));
    expect(both).toMatchObject({ statusCode: 400, code: "parameters_exclusive" });
    const none = await catchStripeError(stripe.customers.list({ starting_after: "cus_none" }));
    expect(none).toMatchObject({ statusCode: 400, code: "resource_missing", param: "starting_after" });
  });
});

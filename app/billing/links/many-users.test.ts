import { expect, it } from "vitest";
import type { LinkEdge, Rejection } from "~/billing/snapshot";
import { aCustomer, aRecord, aSubscription, CONTEXT } from "~/billing/testing/observations";
import { resolveLinks } from "./links";

const CUSTOMER = "cus_1";
const customer = aCustomer({
  id: CUSTOMER,
  subscriptions: [aSubscription({ id: "sub_1" }), aSubscription({ id: "sub_2", status: "canceled" })],
});

type Claim = (n: number) => Pick<LinkEdge, "source" | "subscriptionId">[];
const CLAIMS: Record<string, Claim> = {
  "record it": () => [{ source: "recorded", subscriptionId: null }],
  "record it and its subscription": () => [
    { source: "recorded", subscriptionId: null },
    { source: "recorded_subscription", subscriptionId: "sub_1" },
  ],
  "are named, beside one who records it": (n) => [
    { source: n === 0 ? "recorded" : "metadata", subscriptionId: n === 0 ? null : "sub_1" },
  ],
};

/** Resolves each user's links with the same lists, as a batch has them, and counts how often something of a claim is read. */
function resolveAll(count: number, claim: Claim, isRejected: (n: number) => boolean) {
  let reads = 0;
  const ids = [...Array(count).keys()].map((n) => `user${n}`);
  const countReads = <T extends object>(value: T): T =>
    new Proxy(value, {
      get(target, name, receiver) {
        reads += 1;
        return Reflect.get(target, name, receiver);
      },
    });
  const edges = ids.flatMap((userId, n) =>
    claim(n).map((one): LinkEdge => countReads({ ...one, userId, customerId: CUSTOMER })),
  );
  const rejections = ids.flatMap((userId, n): Rejection[] =>
    isRejected(n) ? [{ userId, customerId: CUSTOMER, subscriptionId: null }] : [],
  );
  const resolve = (userId: string, given: LinkEdge[]) =>
    resolveLinks({ record: aRecord({ userId }), edges: given, rejections, customers: [customer] }, CONTEXT);
  const links = ids.map((userId) => resolve(userId, edges));
  const total = reads;
  return { links, alone: () => ids.map((userId) => resolve(userId, [...edges])), reads: total };
}

it.each(Object.keys(CLAIMS))(
  "is resolved for users who all %s with work that grows as their number",
  (name) => {
    const claim = CLAIMS[name];
    if (!claim) throw new Error(name);
    for (const isRejected of [() => false, (n: number) => n > 0]) {
      const few = resolveAll(100, claim, isRejected);
      const many = resolveAll(400, claim, isRejected);
      expect(many.reads).toBeLessThan(5 * few.reads);
      // What is found once for all of them is what each would find alone.
      expect(few.links).toEqual(few.alone());
    }
  },
);

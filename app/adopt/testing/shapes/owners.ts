import type { RecordedOwner, RecordedSubscription, Shape } from "./shape";

const DAY = 86_400;

/** What an application got wrong, and why. */
export const DRIFTS = [
  ...["not recorded", "known by e-mail alone", "canceled with access", "plan differs", "past due"],
  ...["cancellation scheduled", "renewed", "new subscription after an ended one", "trialing", "deleted row"],
  "status of another row",
] as const;
type Drift = (typeof DRIFTS)[number];

/** What is so in Stripe, or what the application took for it. */
type State = { customer: string | null; subs: RecordedSubscription[] };

export type Owner = {
  n: number;
  id: string;
  email: string;
  drift: Drift | null;
  /** As Stripe has it. */
  truth: State;
  /** As the application has it. */
  recorded: State;
};

const inStep = (n: number, now: number): RecordedSubscription => {
  const name = n % 3 === 0 ? "plus" : "basic";
  return {
    ...{ id: `sub_${n}`, customer: `cus_${n}`, status: "active", quantity: 1 + (n % 3) },
    ...priceFor(name),
    ...{ created: now - 200 * DAY - n, start: now - 10 * DAY - n, end: now + 20 * DAY - n },
    ...{ cancels: false, canceled: null, ended: null, live: true },
  };
};

const priceFor = (plan: string) => ({ plan, price: `price_${plan}`, product: `prod_${plan}` });

const end = (subscription: RecordedSubscription, at: number): RecordedSubscription => ({
  ...subscription,
  ...{ status: "canceled", canceled: at, ended: at, live: false, cancels: false },
});

/** What is so, and what the application recorded, for each way of drifting. */
function drifted(
  drift: Drift,
  n: number,
  now: number,
): { truth: RecordedSubscription[]; recorded: RecordedSubscription[] } {
  const own = inStep(n, now);
  const older = { ...own, id: `sub_${n}_old`, created: own.created - 90 * DAY };
  const ended = end(older, now - 40 * DAY);
  switch (drift) {
    case "not recorded":
    case "known by e-mail alone":
    case "deleted row":
      return { truth: [own], recorded: [] };
    case "canceled with access":
      return { truth: [end(own, now - DAY)], recorded: [own] };
    case "plan differs":
      return { truth: [own], recorded: [{ ...own, ...priceFor(own.plan === "plus" ? "basic" : "plus") }] };
    case "past due":
      return {
        // Within the days of grace.
        truth: [{ ...own, start: now - 2 * DAY, end: now + 28 * DAY, status: "past_due" }],
        recorded: [own],
      };
    case "cancellation scheduled":
      return { truth: [{ ...own, cancels: true, canceled: now - DAY }], recorded: [own] };
    case "renewed":
      return { truth: [own], recorded: [{ ...own, start: own.start - 30 * DAY, end: own.end - 30 * DAY }] };
    case "new subscription after an ended one":
      return { truth: [ended, own], recorded: [older] };
    case "trialing":
      return {
        truth: [{ ...own, status: "trialing" }],
        recorded: [{ ...own, status: "unpaid", live: false }],
      };
    case "status of another row":
      return { truth: [ended, own], recorded: [{ ...older, ended: null }, end(own, now - 40 * DAY)] };
  }
}

/** Of those in step some are on trial, have ended, are past due, or are going to end. */
function vary(own: RecordedSubscription, n: number, now: number): RecordedSubscription {
  if (n % 10 !== 2) return own;
  const all = [
    { ...own, status: "trialing" },
    end(own, now - 50 * DAY),
    { ...own, start: now - 2 * DAY, end: now + 28 * DAY, status: "past_due" },
    { ...own, cancels: true, canceled: now - DAY },
  ];
  return all[Math.floor(n / 10) % all.length] ?? own;
}

/** 200 owners unless given: of five two drifted, one of ten pays nothing. */
export function createOwners(shape: Shape, { now, count = 200 }: { now: number; count?: number }): Owner[] {
  return Array.from({ length: count }, (_, index): Owner => {
    const n = index + 1;
    const who = { n, id: shape.toId(n), email: `owner${n}@example.com` };
    const customer = `cus_${n}`;
    if (n % 10 === 0)
      return {
        ...who,
        drift: null,
        truth: { customer: null, subs: [] },
        recorded: { customer: null, subs: [] },
      };
    const drift =
      n % 5 === 1 || n % 5 === 3 ? (DRIFTS[Math.floor((n * 2) / 5) % DRIFTS.length] ?? null) : null;
    if (drift === null) {
      const state = { customer, subs: [vary(inStep(n, now), n, now)] };
      return { ...who, drift, truth: state, recorded: state };
    }
    const { truth, recorded } = drifted(drift, n, now);
    const knows = drift !== "not recorded" && drift !== "known by e-mail alone";
    return {
      ...who,
      drift,
      truth: { customer, subs: truth },
      recorded: { customer: knows ? customer : null, subs: recorded },
    };
  });
}

/** The subscription that counts: with access first, then the newest. */
export const findCounting = ({ subs }: State): RecordedSubscription | null =>
  subs.findLast(({ live }) => live) ?? subs.at(-1) ?? null;

/** Owners as the application records what it takes to be so. */
export const toRecorded = (owners: readonly Owner[], which: "truth" | "recorded"): RecordedOwner[] =>
  owners.map((owner) => ({
    ...{ n: owner.n, id: owner.id, email: owner.email },
    ...owner[which],
    sub: findCounting(owner[which]),
  }));

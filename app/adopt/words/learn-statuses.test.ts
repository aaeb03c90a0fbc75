import { expect, it } from "vitest";
import { aSubscription } from "~/billing/testing/observations";
import { learnStatuses } from "./learn-statuses";
import type { StripeFacts } from "./read-stripe.server";

/** What is learned where each owner has this word recorded and this status in Stripe. */
function learn(seen: [word: string, status: string, count?: number][], labels: string[] = []) {
  const owners = seen.flatMap(([word, status, count = 1], index) =>
    Array.from({ length: count }, (_, n) => ({ customer: `cus_${index}_${n}`, word, status })),
  );
  const facts: StripeFacts = {
    byCustomer: new Map(
      owners.map(({ customer, status }) => [
        customer,
        [aSubscription({ id: `sub_${customer}`, customerId: customer, status })],
      ]),
    ),
    ...{ metadata: new Map(), subscriptionCount: owners.length, unreadable: 0 },
  };
  const { words, unknown, guessed } = learnStatuses(
    owners.map(({ customer, word }) => ({ customer, subscription: null, status: word })),
    facts,
    labels,
  );
  return { words: words && Object.fromEntries(words), unknown, guessed: guessed.map(([status]) => status) };
}

it("a leak does not teach that active means canceled", () => {
  const leak = learn([
    ["active", "active", 2],
    ["active", "canceled", 20],
  ]);
  expect(leak).toEqual({ words: null, unknown: [], guessed: [] });
  const own = learn([
    ["on", "active", 9],
    ["on", "canceled", 3],
    ["on", "past_due", 1],
  ]);
  expect(own.words).toEqual({ on: ["active", "trialing", "past_due"] });
  expect(own.guessed).toEqual(["trialing"]);
});

it("in a vocabulary of Stripe's own words each means itself, however many records are wrong", () => {
  const wrong = learn([
    ["active", "active", 9],
    ["active", "past_due", 9],
    ["unpaid", "trialing", 9],
  ]);
  expect(wrong).toEqual({ words: null, unknown: [], guessed: [] });
});

it("Stripe's words mean themselves beside the application's own", () => {
  const { words } = learn([
    ["on", "active", 5],
    ["canceled", "canceled", 5],
  ]);
  expect(words).toEqual({
    on: ["active", "trialing"],
    canceled: ["unpaid", "paused", "incomplete_expired", "canceled"],
  });
  const lifetime = learn([
    ["active", "active", 1],
    ["lifetime", "active", 9],
  ]);
  expect(lifetime).toEqual({ words: null, unknown: [["lifetime", 9]], guessed: [] });
});

it("a word that is spelled like Stripe's also stands for another status where many owners say so, and both give access", () => {
  expect(
    learn(
      [
        ["ACTIVE", "active", 5],
        ["ACTIVE", "trialing", 3],
        ["INACTIVE", "past_due", 4],
      ],
      ["ACTIVE", "INACTIVE"],
    ).words,
  ).toEqual({
    ACTIVE: ["active", "trialing"],
    INACTIVE: ["unpaid", "paused", "incomplete_expired", "canceled"],
  });
});

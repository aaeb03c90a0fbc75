import { expect, it } from "vitest";
import { settleStatuses } from "./settle-statuses";

const settle = (recorded: string[], words: [string, string[]][] | null) => {
  const learned = {
    words: words && new Map(words),
    cancelScheduled: null,
    reasons: new Map(),
    unknown: [],
    guessed: [],
  };
  const { words: settled, unknown } = settleStatuses(
    recorded.map((status) => ({ status })),
    learned,
  );
  return { words: settled && Object.fromEntries(settled), unknown };
};

it("a leak does not teach that active means canceled", () => {
  expect(settle(["active", "active"], [["active", ["active", "canceled"]]])).toEqual({
    words: null,
    unknown: [],
  });
  expect(settle(["on", "on"], [["on", ["active", "trialing", "canceled"]]]).words).toEqual({
    on: ["active", "trialing"],
  });
});

it("Stripe's words mean themselves beside the application's own", () => {
  expect(settle(["on", "canceled"], [["on", ["active"]]]).words).toEqual({
    canceled: ["canceled"],
    on: ["active", "trialing"],
  });
  expect(settle(["active", "lifetime"], [["lifetime", ["active"]]])).toEqual({
    words: null,
    unknown: [["lifetime", 1]],
  });
});

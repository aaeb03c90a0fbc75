import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EVENT_TYPES, isHandledEvent, PAYMENT_TYPES, POLLED_TYPES } from "./event-types";

/** The event names that docs/how-it-works.md tells people to choose for the webhook endpoint; `*` stands for any ending. */
function readDocumentedNames(): string[] {
  const text = readFileSync("docs/how-it-works.md", "utf8");
  const names = [...text.matchAll(/`((?:customer|checkout|invoice|charge|refund)\.[a-z_.]*(?:\*|[a-z]))`/g)];
  return [...new Set(names.map(([, name = ""]) => name))];
}

const doesCover = (documented: string, name: string) =>
  documented.endsWith("*") ? name.startsWith(documented.slice(0, -1)) : documented === name;

describe("the table of event types", () => {
  it("is what docs/how-it-works.md tells people to choose for the webhook endpoint", () => {
    const documented = readDocumentedNames();
    const missing = EVENT_TYPES.filter(({ name }) => !documented.some((one) => doesCover(one, name)));
    expect(
      missing.map(({ name }) => name),
      "event types in app/stripe/event-types.ts that docs/how-it-works.md does not name",
    ).toEqual([]);
    const unknown = documented.filter((one) => !EVENT_TYPES.some(({ name }) => doesCover(one, name)));
    expect(
      unknown,
      "event types in docs/how-it-works.md that app/stripe/event-types.ts does not have",
    ).toEqual([]);
  });

  it("names each type once, and no type for polling that Stripe would refuse", () => {
    const names = EVENT_TYPES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(POLLED_TYPES.length).toBeLessThanOrEqual(20);
    expect(POLLED_TYPES.filter((name) => !/^[a-z_.]+$/.test(name))).toEqual([]);
  });

  it("counts from exact types of payment only: SQL compares them as text", () => {
    expect([...PAYMENT_TYPES].sort()).toEqual([
      "checkout.session.completed",
      "customer.subscription.created",
      "invoice.paid",
    ]);
  });

  it("also handles types of subscription events that Stripe adds later", () => {
    expect(isHandledEvent("customer.subscription.some_new_type")).toBe(true);
    expect(isHandledEvent("customer.subscription.")).toBe(false);
    expect(isHandledEvent("customer.discount.created")).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import type { CustomerPage, CustomerSubscription } from "~/customers/customer-views";
import { priceWords, standingOf } from "./standing";

const NOW = Date.UTC(2026, 10, 10, 12) / 1000;
const DAY = 86_400;

const price = {
  unitAmount: 20_000,
  currency: "usd",
  interval: "year",
  intervalCount: 1,
  quantity: 1,
};
const army = (changes: Partial<CustomerSubscription> = {}): CustomerSubscription => ({
  plan: { name: "Army", seats: 5 },
  price,
  status: "active",
  access: "yes",
  periodEnd: NOW + 30 * DAY,
  endsAt: null,
  graceEndsAt: null,
  ...changes,
});

function aPage(changes: Partial<CustomerPage> & { open?: boolean } = {}): CustomerPage {
  const { open = false, ...rest } = changes;
  return {
    workspace: { id: "w", name: "Acme", status: open ? "active" : "locked", seats: open ? 5 : 0 },
    checking: false,
    unavailable: false,
    subscription: null,
    comp: null,
    maybePaid: false,
    hasCustomer: true,
    contact: null,
    ...rest,
  };
}
/** Days are written with spaces that do not break; here they may. */
const of = (page: CustomerPage) => {
  const { title, text, offer } = standingOf(page, NOW);
  const plain = (words: string) => words.replaceAll("\u00a0", " ");
  return { title: plain(title), text: plain(text), offer };
};

describe("an open workspace", () => {
  it("says the plan, what it costs and when it renews", () => {
    expect(of(aPage({ open: true, subscription: army() }))).toEqual({
      title: "You have Army",
      text: "$200 a year. Renews on 10 Dec.",
      offer: "manage",
    });
  });

  it("says until when a plan runs that was canceled, and that it can be kept", () => {
    const standing = of(aPage({ open: true, subscription: army({ endsAt: NOW + 5 * DAY }) }));
    expect(standing).toMatchObject({ title: "You have Army until 15 Nov", offer: "manage" });
    expect(standing.text).toContain("you can keep it");
  });

  it.each([
    [3.2 * DAY, "for 4 more days, until 13 Nov"],
    [DAY / 4, "for 1 more day, until 10 Nov"],
  ])("says of a payment that failed how long the workspace stays: %d s", (left, expected) => {
    const subscription = army({ status: "past_due", graceEndsAt: NOW + left });
    const standing = of(aPage({ open: true, subscription }));
    expect(standing.text).toContain(expected);
    expect(standing.offer).toBe("pay");
  });

  it("says when a trial ends, and what it costs then", () => {
    expect(of(aPage({ open: true, subscription: army({ status: "trialing" }) })).text).toBe(
      "Free until 10 Dec. Then $200 a year.",
    );
  });

  it("says that it is a gift, and until when", () => {
    const comp = { planName: "Army", seats: 5, until: NOW + 20 * DAY };
    expect(of(aPage({ open: true, comp }))).toMatchObject({ title: "You have Army on us", offer: "plans" });
    const starter = army({ plan: { name: "Starter", seats: 1 } });
    expect(of(aPage({ open: true, subscription: starter, comp })).text).toContain(
      "Until 30 Nov you have Army on us.",
    );
    expect(of(aPage({ open: true, subscription: army(), comp })).text).not.toContain("on us");
  });

  it("does not speak of a plan that nobody pays for", () => {
    expect(of(aPage({ open: true }))).toMatchObject({ title: "Your workspace is open", offer: "nothing" });
    const ended = army({ status: "canceled", access: "no" });
    expect(of(aPage({ open: true, subscription: ended })).title).toBe("Your workspace is open");
  });
});

describe("a locked workspace", () => {
  it.each([
    ["canceled", "Your plan has ended", "plans"],
    ["past_due", "Your workspace is locked", "pay"],
    ["unpaid", "Your workspace is locked", "pay"],
    ["paused", "Your plan is paused", "manage"],
    ["incomplete", "Your payment was not completed", "plans"],
  ])("says why, and what to do: %s", (status, title, offer) => {
    expect(of(aPage({ subscription: army({ status, access: "no" }) }))).toMatchObject({ title, offer });
  });

  it("offers plans to who never had one", () => {
    expect(of(aPage())).toMatchObject({ title: "Your workspace is waiting for you", offer: "plans" });
  });

  it("never asks somebody to pay again who seems to have paid", () => {
    expect(of(aPage({ subscription: army() })).offer).toBe("again");
    expect(of(aPage({ subscription: army({ status: "on_the_moon", access: "review" }) })).offer).toBe(
      "again",
    );
    expect(of(aPage({ maybePaid: true })).offer).toBe("again");
    expect(of(aPage({ unavailable: true })).offer).toBe("again");
  });
});

describe("the words", () => {
  it("hold no id and no jargon", () => {
    const statuses = ["active", "trialing", "past_due", "unpaid", "paused", "canceled", "incomplete"];
    for (const status of statuses)
      for (const open of [true, false])
        for (const access of ["yes", "no", "review"] as const) {
          const { title, text } = of(aPage({ open, subscription: army({ status, access }) }));
          expect(`${title} ${text}`).not.toMatch(/error|subscription|stripe|sync|past_due|null|undefined|!/i);
          expect(text).not.toBe("");
        }
  });

  it("say a price as people do", () => {
    expect(priceWords({ ...price, unitAmount: 2_000, interval: "month" })).toBe("$20 a month");
    expect(priceWords({ ...price, intervalCount: 3, interval: "month", quantity: 2 })).toBe(
      "$400 every 3 months",
    );
    expect(priceWords({ ...price, unitAmount: null })).toBe("Price shown at payment");
  });
});

import { describe, expect, it } from "vitest";
import type { PriceView } from "~/billing/money";
import type { CustomerPage, CustomerSubscription } from "~/customers/customer-views";
import { describePlan, formatPlanPrice } from "./plan-state";

const NOW = Date.UTC(2026, 10, 10, 12) / 1000;
const DAY = 86_400;

const price = {
  unitAmount: 20_000,
  currency: "usd",
  interval: "year",
  intervalCount: 1,
  quantity: 1,
};
const buildArmy = (changes: Partial<CustomerSubscription> = {}): CustomerSubscription => ({
  plan: { name: "Army", seats: 5 },
  price,
  status: "active",
  access: "yes",
  isOpen: true,
  periodEnd: NOW + 30 * DAY,
  endsAt: null,
  graceEndsAt: null,
  ...changes,
});

function buildPage(changes: Partial<CustomerPage> & { open?: boolean } = {}): CustomerPage {
  const { open = false, ...rest } = changes;
  return {
    workspace: { id: "w", name: "Acme", status: open ? "active" : "locked", seats: open ? 5 : 0 },
    checking: false,
    hasPaid: false,
    unavailable: false,
    subscription: null,
    comp: null,
    maybePaid: false,
    hasCustomer: true,
    contact: null,
    ...rest,
  };
}
/** The plan state with normal spaces instead of non-breaking ones. */
const describePage = (page: CustomerPage) => {
  const { title, text, offer } = describePlan(page, NOW);
  const normalizeSpaces = (words: string) => words.replaceAll("\u00a0", " ");
  return { title: normalizeSpaces(title), text: normalizeSpaces(text), offer };
};

describe("an open workspace", () => {
  it("shows the plan, its price and the renewal date", () => {
    expect(describePage(buildPage({ open: true, subscription: buildArmy() }))).toEqual({
      title: "You have Army",
      text: "$200 a year. Renews on 10 Dec.",
      offer: "manage",
    });
  });

  it("shows when a canceled plan ends, and that the customer can keep it", () => {
    const state = describePage(buildPage({ open: true, subscription: buildArmy({ endsAt: NOW + 5 * DAY }) }));
    expect(state).toMatchObject({ title: "You have Army until 15 Nov", offer: "manage" });
    expect(state.text).toContain("You can still keep it");
  });

  it.each([
    [3.2 * DAY, "for 4 more days, until 13 Nov"],
    [DAY / 4, "for 1 more day, until 10 Nov"],
  ])("shows how long the plan stays after a failed payment: %d s", (left, expected) => {
    const subscription = buildArmy({ status: "past_due", graceEndsAt: NOW + left });
    const state = describePage(buildPage({ open: true, subscription }));
    expect(state.text).toContain(expected);
    expect(state.offer).toBe("pay");
  });

  it("shows when a trial ends, and the price after it", () => {
    expect(
      describePage(buildPage({ open: true, subscription: buildArmy({ status: "trialing" }) })).text,
    ).toBe("Free until 10 Dec. Then $200 a year.");
  });

  it("shows a comp and its last day", () => {
    const comp = { planName: "Army", seats: 5, until: NOW + 20 * DAY };
    expect(describePage(buildPage({ open: true, comp }))).toMatchObject({
      title: "You have free access to Army",
      offer: "plans",
    });
    const starter = buildArmy({ plan: { name: "Starter", seats: 1 } });
    expect(describePage(buildPage({ open: true, subscription: starter, comp })).text).toContain(
      "You also have free access to Army until 30 Nov.",
    );
    expect(describePage(buildPage({ open: true, subscription: buildArmy(), comp })).text).not.toContain(
      "free access",
    );
  });

  it.each(["past_due", "unpaid"])(
    "says that a payment is overdue, although it is still open: %s",
    (status) => {
      const state = describePage(
        buildPage({ open: true, subscription: buildArmy({ status, access: "no" }) }),
      );
      expect(state).toMatchObject({ title: "Your last payment failed", offer: "pay" });
      expect(state.text).toContain("overdue");
    },
  );

  it("does not mention a plan that is not paid for", () => {
    expect(describePage(buildPage({ open: true }))).toMatchObject({
      title: "Your workspace is open",
      offer: "none",
    });
    const ended = buildArmy({ status: "canceled", access: "no" });
    expect(describePage(buildPage({ open: true, subscription: ended })).title).toBe("Your workspace is open");
  });
});

describe("a locked workspace", () => {
  it.each([
    ["canceled", "Your plan has ended", "plans"],
    ["past_due", "Your workspace is locked", "pay"],
    ["unpaid", "Your workspace is locked", "pay"],
    ["paused", "Your plan is paused", "manage"],
    ["incomplete", "Your payment was not completed", "plans"],
  ])("says why it is locked and what to do: %s", (status, title, offer) => {
    expect(describePage(buildPage({ subscription: buildArmy({ status, access: "no" }) }))).toMatchObject({
      title,
      offer,
    });
  });

  it("offers plans to a customer who never had one", () => {
    expect(describePage(buildPage())).toMatchObject({ title: "Choose a plan to start", offer: "plans" });
  });

  it("never asks a customer who may have paid to pay again", () => {
    expect(describePage(buildPage({ subscription: buildArmy() })).offer).toBe("check_again");
    expect(
      describePage(buildPage({ subscription: buildArmy({ status: "on_the_moon", access: "review" }) })).offer,
    ).toBe("check_again");
    expect(describePage(buildPage({ maybePaid: true })).offer).toBe("check_again");
    expect(describePage(buildPage({ unavailable: true })).offer).toBe("check_again");
  });
});

describe("what is not ours, or not mapped yet", () => {
  it("does not keep a customer from the plans, and does not make them pay twice (case 5)", () => {
    const unmapped = describePage(buildPage({ subscription: buildArmy({ plan: null }) }));
    expect(unmapped).toMatchObject({ offer: "plans", text: expect.stringContaining("do not pay again") });
    // A payment that staff must match first still comes before.
    expect(describePage(buildPage({ maybePaid: true, subscription: buildArmy({ plan: null }) })).offer).toBe(
      "check_again",
    );
  });

  it("leaves the plans to a customer whose plan has ended while the workspace is still open", () => {
    const ended = buildArmy({ status: "canceled", access: "no", isOpen: false });
    expect(describePage(buildPage({ open: true, subscription: ended })).offer).toBe("plans");
    expect(describePage(buildPage({ open: true, subscription: { ...ended, isOpen: true } })).offer).toBe(
      "manage",
    );
  });
});

describe("the texts", () => {
  it("contain no id and no jargon", () => {
    const statuses = ["active", "trialing", "past_due", "unpaid", "paused", "canceled", "incomplete"];
    for (const status of statuses)
      for (const open of [true, false])
        for (const access of ["yes", "no", "review"] as const) {
          const { title, text } = describePage(
            buildPage({ open, subscription: buildArmy({ status, access }) }),
          );
          expect(`${title} ${text}`).not.toMatch(/error|subscription|stripe|sync|past_due|null|undefined|!/i);
          expect(text).not.toBe("");
        }
  });

  it("show a price by use as such, and no amount that is not known (cases 8 and 9)", () => {
    const metered: PriceView = { ...price, unitAmount: null, pricing: { kind: "metered" } };
    expect(formatPlanPrice(metered)).toBe("Billed by usage");
    const text = (subscription: CustomerSubscription) =>
      describePage(buildPage({ open: true, subscription })).text;
    expect(text(buildArmy({ price: metered }))).toContain("Billed by usage. Renews on");
    expect(text(buildArmy({ status: "trialing", price: metered }))).toContain("Then billed by usage.");
    const unknown: PriceView = { ...price, unitAmount: null, currency: "eur", pricing: { kind: "unknown" } };
    expect(formatPlanPrice(unknown)).toBe("Price shown at payment");
    expect(text(buildArmy({ price: unknown }))).toMatch(/^Renews on/);
  });

  it("show prices as people say them", () => {
    expect(formatPlanPrice({ ...price, unitAmount: 2_000, interval: "month" })).toBe("$20 a month");
    expect(formatPlanPrice({ ...price, intervalCount: 3, interval: "month", quantity: 2 })).toBe(
      "$400 every 3 months",
    );
    expect(formatPlanPrice({ ...price, unitAmount: null })).toBe("Price shown at payment");
    // R397: no one is told to pay what a discount takes off.
    expect(formatPlanPrice({ ...price, isDiscounted: true })).toBe("$200 a year less a discount");
  });
});

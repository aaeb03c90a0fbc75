import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { UserRow } from "~/dashboard/user-page/shorten";
import { NowProvider } from "~/ui/format/now";
import { StripeCell } from "../_staff/user/stripe-cell";
import { CheckedCell, SinceCell } from "./cells";

const NOW = Date.UTC(2026, 10, 30) / 1000;
const user = { verdict: "locked_out", since: NOW - 86_400, observedAt: NOW - 60, money: null } as UserRow;
const stripe = {
  status: "active",
  endedAt: null,
  cancelsAt: NOW + 86_400,
  purchase: "plan",
  planName: "Army",
  price: null,
};

describe("the times of a row", () => {
  it.each([
    ["since when", <SinceCell key="1" user={user} />, "Since"],
    ["when it was read", <CheckedCell key="2" user={user} />, "Read from Stripe"],
    ["when it ends", <StripeCell key="3" stripe={stripe as UserRow["stripe"]} isRead isInRow />, "Ends"],
  ])("%s: the date is at hand, and is no tab stop of its own", (_, cell, label) => {
    const html = renderToStaticMarkup(<NowProvider serverNow={NOW}>{cell}</NowProvider>);
    expect(html).toMatch(/<time [^>]*title="\d+ \w+ 2026, \d\d:\d\d UTC"/);
    expect(html).toContain(`data-label="${label}"`);
    expect(html).not.toContain("tabindex");
  });
});

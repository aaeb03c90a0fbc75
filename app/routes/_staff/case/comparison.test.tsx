import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import type { ComparisonLine } from "~/dashboard/comparison.server";
import { Comparison } from "./comparison";

const line: ComparisonLine = {
  ...{
    label: "Status",
    help: "",
    field: "billing.status",
    workspaceId: null,
    recorded: "active",
    expected: "active",
  },
  ...{ stripe: "dormant", why: "", differs: false, differsFromStripe: true, severity: null },
};

it.each(["unknown_status", "missing_in_stripe", "link_conflict", "unmapped_price"] as const)(
  "what a person must decide shows what Stripe says, and is not called equal: %s",
  (verdict) => {
    const html = renderToStaticMarkup(<Comparison lines={[line]} verdict={verdict} />);
    expect(html).toContain("dormant");
    expect(html).toContain("In Stripe");
    expect(html).toContain("waiting for a decision");
    expect(html).not.toContain("No field differs");
  },
);

it("a user for which Stripe was not read is not said to agree", () => {
  const agrees = { ...line, stripe: null, differsFromStripe: false };
  const html = renderToStaticMarkup(<Comparison lines={[agrees]} verdict="not_checked" />);
  expect(html).toContain("Not known before Stripe has been read.");
  expect(html).not.toContain("No field differs");
});

it("an id of Stripe is shortened in the middle, whole in its title, and never broken", () => {
  const id = "price_1keU4WM5d1RoXm2hOdcL7BYq";
  const html = renderToStaticMarkup(
    <Comparison lines={[{ ...line, expected: id, differs: true }]} verdict="detail_mismatch" />,
  );
  expect(html).toContain(`title="${id}"`);
  expect(html).toContain("price_1k…7BYq");
  expect(html).not.toContain(`>${id}<`);
});

import { describe, expect, it } from "vitest";
import { decideAccess, doesUserGiveAccess, findGraceEnd } from "./access";
import { buildCatalogue } from "./plans";
import { DEFAULT_POLICY } from "./policy";
import { DAY, NOW } from "./testing/observations";

const access = (status: string, pastDueSince: number | null = null, graceDays = 7) =>
  decideAccess({ status, pastDueSince }, { ...DEFAULT_POLICY, graceDays }, NOW);

describe("who has access", () => {
  it.each(["active", "trialing"])("%s: yes", (status) => {
    expect(access(status)).toEqual({ access: "yes", changesAt: null });
  });

  it.each(["unpaid", "paused", "incomplete", "incomplete_expired", "canceled"])("%s: no", (status) => {
    expect(access(status)).toEqual({ access: "no", changesAt: null });
  });

  it.each(["dormant", "", "ACTIVE"])("a status that Parity does not know (%j): review", (status) => {
    expect(access(status)).toEqual({ access: "review", changesAt: null });
  });

  it("past_due: yes while in grace, seven days by default, until the end of it", () => {
    expect(access("past_due", NOW - 2 * DAY)).toEqual({ access: "yes", changesAt: NOW + 5 * DAY });
    expect(access("past_due", NOW - 7 * DAY + 1)).toEqual({ access: "yes", changesAt: NOW + 1 });
  });

  it("past_due: no once grace is over", () => {
    expect(access("past_due", NOW - 7 * DAY)).toEqual({ access: "no", changesAt: null });
    expect(access("past_due", NOW - 30 * DAY)).toEqual({ access: "no", changesAt: null });
  });

  it("past_due: by the days of grace of the policy", () => {
    expect(access("past_due", NOW - 2 * DAY, 2).access).toBe("no");
    expect(access("past_due", NOW - 8 * DAY, 14).access).toBe("yes");
    expect(access("past_due", NOW, 0).access).toBe("no");
  });

  it("runs grace from now for a spell that was not stored yet", () => {
    expect(access("past_due")).toEqual({ access: "yes", changesAt: NOW + 7 * DAY });
  });

  it("knows when grace ends, of a past due subscription only", () => {
    expect(findGraceEnd({ status: "past_due", pastDueSince: NOW }, DEFAULT_POLICY)).toBe(NOW + 7 * DAY);
    expect(findGraceEnd({ status: "past_due", pastDueSince: null }, DEFAULT_POLICY)).toBeNull();
    expect(findGraceEnd({ status: "active", pastDueSince: NOW }, DEFAULT_POLICY)).toBeNull();
  });
});

describe("a recorded status, for a user without workspaces", () => {
  const catalogue = buildCatalogue([{ id: "free", name: "Free", seats: 0 }], []);
  const admits = (
    subscriptionStatus: string | null,
    primary: { status: string; pastDueSince: number | null } | null,
    plan: string | null = null,
  ) =>
    doesUserGiveAccess({ subscriptionStatus, plan }, primary, {
      catalogue,
      policy: DEFAULT_POLICY,
      now: NOW,
    });

  it("gives none with a plan without seats", () => {
    expect(admits("active", null, "free")).toBe(false);
    expect(admits("active", null, "a plan of the application")).toBe(true);
  });

  it("gives access by the same policy", () => {
    expect(admits("active", null)).toBe(true);
    expect(admits("trialing", null)).toBe(true);
    expect(admits("canceled", null)).toBe(false);
    expect(admits("dormant", null)).toBe(false);
    expect(admits(null, { status: "active", pastDueSince: null })).toBe(false);
  });

  it("gives access with past_due as long as its subscription is in grace", () => {
    expect(admits("past_due", { status: "past_due", pastDueSince: NOW - DAY })).toBe(true);
    expect(admits("past_due", { status: "past_due", pastDueSince: NOW - 8 * DAY })).toBe(false);
    expect(admits("past_due", { status: "canceled", pastDueSince: null })).toBe(true);
  });
});

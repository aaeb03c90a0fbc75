import { describe, expect, it } from "vitest";
import { findEndedComp, findRunningComp } from "./comps";
import { ARMY, aComp, DAY, NOW, STARTER } from "./testing/observations";

describe("a comp", () => {
  it("runs until the second at which it expires, unless it was revoked", () => {
    expect(findRunningComp([aComp({ expiresAt: NOW + 1 })], NOW)).not.toBeNull();
    expect(findRunningComp([aComp({ expiresAt: NOW })], NOW)).toBeNull();
    expect(findRunningComp([aComp({ revokedAt: NOW - 1 })], NOW)).toBeNull();
    expect(findRunningComp([], NOW)).toBeNull();
  });

  it("with the most seats is the one that runs, then the one that ends last", () => {
    const small = aComp({ id: "small", plan: STARTER, expiresAt: NOW + 90 * DAY });
    const large = aComp({ id: "large", plan: ARMY, expiresAt: NOW + DAY });
    const longer = aComp({ id: "longer", plan: ARMY, expiresAt: NOW + 2 * DAY });
    expect(findRunningComp([small, large, longer], NOW)?.id).toBe("longer");
    expect(findRunningComp([longer, large, small], NOW)?.id).toBe("longer");
  });

  it("is over only if Parity gave access because of it", () => {
    const over = aComp({ applied: true, expiresAt: NOW });
    expect(findEndedComp([over], NOW)).toEqual(over);
    expect(findEndedComp([aComp({ applied: true, revokedAt: NOW - 1 })], NOW)).not.toBeNull();
    expect(findEndedComp([aComp({ applied: true, expiresAt: NOW + 1 })], NOW)).toBeNull();
    expect(findEndedComp([aComp({ applied: false, expiresAt: NOW })], NOW)).toBeNull();
  });
});

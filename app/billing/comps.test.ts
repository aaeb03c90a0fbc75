import { describe, expect, it } from "vitest";
import { endedComp, runningComp } from "./comps";
import { ARMY, aComp, DAY, NOW, STARTER } from "./testing/observations";

describe("a comp", () => {
  it("runs until the second at which it expires, unless it was revoked", () => {
    expect(runningComp([aComp({ expiresAt: NOW + 1 })], NOW)).not.toBeNull();
    expect(runningComp([aComp({ expiresAt: NOW })], NOW)).toBeNull();
    expect(runningComp([aComp({ revokedAt: NOW - 1 })], NOW)).toBeNull();
    expect(runningComp([], NOW)).toBeNull();
  });

  it("that gives the most soldiers is the one that runs, then the one that ends last", () => {
    const small = aComp({ id: "small", plan: STARTER, expiresAt: NOW + 90 * DAY });
    const large = aComp({ id: "large", plan: ARMY, expiresAt: NOW + DAY });
    const longer = aComp({ id: "longer", plan: ARMY, expiresAt: NOW + 2 * DAY });
    expect(runningComp([small, large, longer], NOW)?.id).toBe("longer");
    expect(runningComp([longer, large, small], NOW)?.id).toBe("longer");
  });

  it("is over only if Parity gave access by it", () => {
    const over = aComp({ applied: true, expiresAt: NOW });
    expect(endedComp([over], NOW)).toEqual(over);
    expect(endedComp([aComp({ applied: true, revokedAt: NOW - 1 })], NOW)).not.toBeNull();
    expect(endedComp([aComp({ applied: true, expiresAt: NOW + 1 })], NOW)).toBeNull();
    expect(endedComp([aComp({ applied: false, expiresAt: NOW })], NOW)).toBeNull();
  });
});

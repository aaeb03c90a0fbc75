import { describe, expect, it } from "vitest";
import { afterLook, PAUSES, readLook } from "./looking";

const answer = (status: string, state: string) => ({
  workspace: { id: "w", name: "Acme", status, seats: 0 },
  sync: { state, lastCheckedAt: null },
});

describe("looking again", () => {
  it("lets somebody in as soon as the workspace is active, whatever the check says", () => {
    expect(afterLook(200, readLook(answer("active", "checking")))).toBe("open");
    expect(afterLook(200, readLook(answer("active", "unavailable")))).toBe("open");
  });

  it("goes on while a check is under way, and stops when it found nothing", () => {
    expect(afterLook(200, readLook(answer("locked", "checking")))).toBe("again");
    expect(afterLook(200, readLook(answer("locked", "fresh")))).toBe("settled");
    expect(afterLook(200, readLook(answer("locked", "unavailable")))).toBe("settled");
  });

  it("goes on over an answer that is none", () => {
    for (const broken of [null, "", {}, { workspace: null }, { workspace: { status: 1 }, sync: {} }])
      expect(afterLook(502, readLook(broken))).toBe("again");
  });

  it("stops where the session has run out", () => {
    expect(afterLook(401, null)).toBe("signed_out");
  });

  it("takes ten seconds in all, and gets slower", () => {
    expect(PAUSES.reduce((sum, pause) => sum + pause, 0)).toBe(10_000);
    expect([...PAUSES].sort((a, b) => a - b)).toEqual([...PAUSES]);
  });
});

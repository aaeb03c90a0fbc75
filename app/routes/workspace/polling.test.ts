import { describe, expect, it } from "vitest";
import { interpretAnswer, PAUSES, parseAnswer } from "./polling";

const buildAnswer = (status: string, state: string) => ({
  workspace: { id: "w", name: "Acme", status, seats: 0 },
  sync: { state, lastCheckedAt: null },
});

describe("polling the workspace", () => {
  it("opens as soon as the workspace is active, whatever the check says", () => {
    expect(interpretAnswer(200, parseAnswer(buildAnswer("active", "checking")))).toBe("open");
    expect(interpretAnswer(200, parseAnswer(buildAnswer("active", "unavailable")))).toBe("open");
  });

  it("continues while a check is running, and stops when the check found no payment", () => {
    expect(interpretAnswer(200, parseAnswer(buildAnswer("locked", "checking")))).toBe("retry");
    expect(interpretAnswer(200, parseAnswer(buildAnswer("locked", "fresh")))).toBe("still_locked");
    expect(interpretAnswer(200, parseAnswer(buildAnswer("locked", "unavailable")))).toBe("still_locked");
  });

  it("continues after an unreadable answer", () => {
    for (const broken of [null, "", {}, { workspace: null }, { workspace: { status: 1 }, sync: {} }])
      expect(interpretAnswer(502, parseAnswer(broken))).toBe("retry");
  });

  it("stops when the session has expired", () => {
    expect(interpretAnswer(401, null)).toBe("signed_out");
  });

  it("takes ten seconds in total and gets slower", () => {
    expect(PAUSES.reduce((sum, pause) => sum + pause, 0)).toBe(10_000);
    expect([...PAUSES].sort((a, b) => a - b)).toEqual([...PAUSES]);
  });
});

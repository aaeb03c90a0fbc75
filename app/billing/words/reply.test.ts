import { describe, expect, it } from "vitest";
import { VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import { type ReplyFacts, writeReply } from "./reply";

const facts = (change: Partial<ReplyFacts>): ReplyFacts => ({
  ...{ name: "Ada Okafor", verdict: "in_sync", corrected: null, planName: "Army", hasAccess: true, seats: 5 },
  ...{ endedAt: null, isOverdue: false, isOnTrial: false },
  ...change,
});

/** Words of ours, and of the people who work with Parity. */
const INTERNAL =
  /parity|stripe|sync|verdict|database|record|revok|mismatch|webhook|subscription id|cus_|sub_|undefined|null/i;

describe.each(VERDICTS)("the reply for %s", (verdict: Verdict) => {
  it.each([
    ["with access", { hasAccess: true }],
    ["without access", { hasAccess: false, seats: 0, planName: null, endedAt: 1_795_996_800 }],
    ["just corrected", { corrected: "locked_out" as const }],
    ["without a name", { name: null }],
  ])("is short, friendly and has no word of ours: %s", (_, change) => {
    const reply = writeReply(facts({ verdict, ...change }));
    expect(reply).toMatch(/^Hello( Ada)?,\n\n\S/);
    expect(reply).not.toMatch(INTERNAL);
    expect(reply.length).toBeLessThan(420);
  });

  it.each(VERDICTS)("says what was wrong and what is right when %s was corrected", (corrected) => {
    expect(writeReply(facts({ verdict, corrected }))).not.toMatch(INTERNAL);
  });
});

it("says what was wrong and what is right now", () => {
  expect(writeReply(facts({ corrected: "locked_out" }))).toContain(
    "Your payment for Army had reached us, but your account had not been opened. This is corrected now.",
  );
  expect(writeReply(facts({ corrected: "locked_out" }))).toContain(
    "Your workspace is open, with 5 soldiers.",
  );
});

it("thanks no one on a trial for a payment", () => {
  for (const verdict of VERDICTS)
    for (const corrected of [null, "locked_out" as const])
      for (const hasAccess of [true, false])
        expect(writeReply(facts({ verdict, corrected, hasAccess, isOnTrial: true }))).not.toMatch(
          /your payment (for|had)|see your payment/i,
        );
});

it("never says that a user is let in who is not", () => {
  for (const verdict of VERDICTS)
    for (const corrected of [null, ...VERDICTS])
      expect(writeReply(facts({ verdict, corrected, hasAccess: false, seats: 0 }))).not.toMatch(
        /is open|full access/,
      );
});

it("promises nothing as done that is not done", () => {
  expect(writeReply(facts({ verdict: "locked_out", hasAccess: false, seats: 0 }))).toContain("not open yet");
  expect(
    writeReply(facts({ verdict: "locked_out", corrected: "locked_out", hasAccess: false })),
  ).not.toContain("corrected now.");
});

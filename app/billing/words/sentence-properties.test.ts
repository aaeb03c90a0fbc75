import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "~/billing/evaluation/evaluate";
import { contexts, PATIENT, withRuns } from "~/billing/testing/arbitraries";
import { snapshots } from "~/billing/testing/snapshots";
import { BLOCK_REASONS } from "~/billing/verdicts/block-reasons";
import { SEVERITY_WORD } from "~/billing/verdicts/severity";
import { describeBlockReason, describeEvaluation } from "./sentence";

it("whatever the snapshot, the sentence is complete", PATIENT, () => {
  fc.assert(
    fc.property(snapshots, contexts, (snapshot, context) => {
      const sentence = describeEvaluation(evaluate(snapshot, context), snapshot.record);
      expect(sentence).toMatch(/^[A-Z0-9].+[^.]\.$/);
      expect(sentence).not.toMatch(
        /undefined|null|NaN|Invalid|error|1970|!|\b1 (soldiers|workspaces|users)/i,
      );
    }),
    withRuns(700),
  );
});

describe("what is blocked", () => {
  it.each(BLOCK_REASONS)("%s is a sentence that says what was not done", (reason) => {
    expect(describeBlockReason(reason)).toMatch(/^(Not changed|Access not revoked): [^!]+\.$/);
    expect(describeBlockReason(reason)).not.toMatch(/error|_/i);
  });

  it("has a different sentence for every reason", () => {
    expect(new Set(BLOCK_REASONS.map(describeBlockReason)).size).toBe(BLOCK_REASONS.length);
  });
});

it("each severity has a word and a shape of its own", () => {
  const all = Object.values(SEVERITY_WORD);
  expect(new Set(all.map(({ word }) => word)).size).toBe(all.length);
  expect(new Set(all.map(({ shape }) => shape)).size).toBe(all.length);
  expect(SEVERITY_WORD.critical.shape + SEVERITY_WORD.high.shape + SEVERITY_WORD.low.shape).toBe("●▲○");
  expect(SEVERITY_WORD.none.shape + SEVERITY_WORD.review.shape).toBe("✓◆");
});

import { expect, it } from "vitest";
import { IN_SYNC_VERDICTS, VERDICTS } from "~/billing/verdicts/catalogue";
import type { Flag } from "~/billing/verdicts/flags";
import { chooseSteps, type StepInput } from "./next-steps";

const choose = (input: Partial<StepInput>) =>
  chooseSteps({
    ...{ verdict: "locked_out", flags: [], blocked: null, revokes: false },
    ...{ canOverride: false, paysTwice: false },
    ...input,
  });

it.each(VERDICTS)("%s has a next step, unless nothing needs to be done", (verdict) => {
  const { next, others } = choose({ verdict });
  expect(next === null).toBe(IN_SYNC_VERDICTS.has(verdict));
  expect(others).toContain("check");
  expect(others).not.toContain(next);
});

it("access is never taken by a sync: it has a step of its own", () => {
  for (const verdict of ["unpaid_access", "plan_mismatch", "access_mismatch", "status_mismatch"] as const) {
    expect(choose({ verdict, revokes: true })).toMatchObject({ next: "remove_access" });
    const blocked = choose({ verdict, revokes: true, blocked: "no_positive_evidence" });
    expect(blocked.next).toBe("approve_removal");
    expect([blocked.next, ...blocked.others]).not.toContain("sync");
  }
});

it.each<[Flag, string]>([
  ["on_hold", "release"],
  ["acknowledged", "end_acknowledgement"],
])("a user that is %s can be taken up again", (flag, step) => {
  const { next, others } = choose({ flags: [flag] });
  expect([next, ...others]).toContain(step);
  expect([next, ...others]).toContain("sync");
});

it("a user who pays twice is acknowledged when it is meant so, whatever the verdict, and then needs nothing", () => {
  expect(choose({ verdict: "in_sync", paysTwice: true })).toMatchObject({ next: "acknowledge" });
  expect(choose({ verdict: "detail_mismatch", paysTwice: true }).others).toContain("acknowledge");
  const after = choose({ verdict: "in_sync", paysTwice: true, flags: ["acknowledged"] });
  expect(after.next).toBeNull();
  expect(after.others).toContain("end_acknowledgement");
});

it("a user that was acknowledged needs nothing, and cannot be acknowledged twice", () => {
  const { next, others } = choose({ flags: ["acknowledged"] });
  expect(next).toBeNull();
  expect(others).not.toContain("acknowledge");
});

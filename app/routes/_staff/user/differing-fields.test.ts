import { expect, it } from "vitest";
import { differingFields } from "./differing-fields";

it("names each field that differs once, what matters first", () => {
  expect(
    differingFields([
      { field: "billing.currentPeriodEnd" },
      { field: "workspace.soldiers" },
      { field: "user.plan" },
      { field: "billing.plan" },
      { field: "workspace.status" },
    ]),
  ).toEqual(["plan", "workspace", "soldiers", "period"]);
});

it("names nothing when nothing differs", () => {
  expect(differingFields([])).toEqual([]);
});

import { expect, it } from "vitest";
import { listDifferingFields } from "./differing-fields";

it("names each field once, the most important first", () => {
  expect(
    listDifferingFields([
      { field: "billing.currentPeriodEnd" },
      { field: "workspace.seats" },
      { field: "user.plan" },
      { field: "billing.plan" },
      { field: "workspace.status" },
    ]),
  ).toEqual(["plan", "workspace", "soldiers", "period"]);
});

it("names no field if nothing differs", () => {
  expect(listDifferingFields([])).toEqual([]);
});

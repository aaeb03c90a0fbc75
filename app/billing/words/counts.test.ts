import { expect, it } from "vitest";
import { pluralize } from "./counts";

it("a count has its noun in singular or plural, and commas between thousands", () => {
  expect(pluralize(1, "user")).toBe("1 user");
  expect(pluralize(0, "user")).toBe("0 users");
  expect(pluralize(1_204, "user")).toBe("1,204 users");
  expect(pluralize(1_204, "user is", "users are")).toBe("1,204 users are");
});

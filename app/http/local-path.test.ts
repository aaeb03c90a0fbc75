import { expect, it } from "vitest";
import { toLocalPath } from "./local-path";

it.each([
  ["/", "/"],
  ["/users?verdict=in_sync&page=2", "/users?verdict=in_sync&page=2"],
  ["/users/u_1#history", "/users/u_1"],
  ["/a/../users", "/users"],
])("redirects %j to %j", (wanted, expected) => {
  expect(toLocalPath(wanted)).toBe(expected);
});

it.each([
  null,
  undefined,
  "",
  "users",
  "https://evil.test",
  "//evil.test",
  "/\\evil.test",
  "\\\\evil.test",
  "/\t/evil.test",
  "/\n/evil.test",
  "javascript:alert(1)",
  "/%0d%0a\u0000",
  "/..//evil.test",
])("redirects to this site instead of %j", (wanted) => {
  const path = toLocalPath(wanted);
  expect(new URL(path, "https://parity.test").origin).toBe("https://parity.test");
  expect(path.startsWith("//")).toBe(false);
});

import { expect, it } from "vitest";
import { readClientAddress } from "./client-address";

it.each([
  ["203.0.113.9", "203.0.113.9"],
  // Some proxies add the port, another one for each connection.
  ["203.0.113.9:51234", "203.0.113.9"],
  ["[2001:DB8::1]:51234", "2001:db8::1"],
  ["[2001:db8::1]", "2001:db8::1"],
  ["::ffff:203.0.113.9", "203.0.113.9"],
  ["::FFFF:203.0.113.9", "203.0.113.9"],
  [" 203.0.113.9", "203.0.113.9"],
])("%j is the address %s", (said, address) => {
  expect(readClientAddress(said, "127.0.0.1")).toBe(address);
});

it.each([
  "unknown",
  "_hidden",
  "ann@example.com",
  "a".repeat(10_000),
  "203.0.113",
  "203.0.113.9.9:1",
  "",
  undefined,
])("%j is none: that of the connection counts", (said) => {
  expect(readClientAddress(said, "::ffff:127.0.0.1")).toBe("127.0.0.1");
  expect(readClientAddress(said, undefined)).toBe("");
});

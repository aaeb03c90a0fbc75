import { describe, expect, it } from "vitest";
import { isAllowedUrl } from "../loopback";
import { identifySender } from "./sender";

const host = "127.0.0.1:4242";

describe("the sender of a request", () => {
  it.each([
    [{ host }, true],
    [{ host, origin: `http://${host}` }, true],
    [{ host, "sec-fetch-site": "same-origin" }, true],
    [{ host, "sec-fetch-site": "none" }, true],
    [{ host, origin: "null" }, false],
    [{ host, origin: "http://127.0.0.1:9999" }, false],
    [{ host, "sec-fetch-site": "same-site", origin: `http://${host}` }, false],
    [{ host, "sec-fetch-site": "cross-site" }, false],
  ])("with %j sends a form of our pages: %s", (headers, expected) => {
    expect(identifySender(headers, "127.0.0.1").ownForm).toBe(expected);
  });

  it.each([
    ["127.0.0.1:4242", "127.0.0.1", true],
    ["localhost:4242", "::1", true],
    ["[::1]:4242", "::1", true],
    ["localhost", "::ffff:127.0.0.1", true],
    ["rebound.example:4242", "127.0.0.1", false],
    ["127.0.0.1:4242", "10.0.0.1", false],
    [undefined, "127.0.0.1", false],
  ])("that requests %s from %s is on this machine: %s", (name, address, expected) => {
    expect(identifySender({ host: name }, address).local).toBe(expected);
  });
});

it.each([
  ["http://localhost:3000/api", true],
  ["https://127.0.0.1/", true],
  ["http://[::1]:80/", true],
  ["http://127.0.0.1.evil.example/", false],
  ["http://127.0.0.1@evil.example/", false],
  ["file:///etc/passwd", false],
  ["/api", false],
  ["http://127.0.0.2:8080/", true],
  ["http://stripe.internal:3000/hook", true],
  ["http://stripe.internal.evil.example/", false],
])("%s leads to this machine or an allowed host: %s", (url, expected) => {
  expect(isAllowedUrl(url, ["stripe.internal"])).toBe(expected);
});

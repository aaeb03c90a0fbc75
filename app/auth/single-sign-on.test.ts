import { expect, it } from "vitest";
import { authorizeSingleSignOn } from "./single-sign-on";

it.each([
  ["an invited address", "ann@example.com", true, "ann@example.com", null, "in"],
  ["an invited address in other case", "Ann@Example.com", true, "ann@example.com", null, "in"],
  ["an invited address outside the domain", "ann@partner.com", true, "ann@partner.com", "example.com", "in"],
  ["an address of the allowed domain", "new@example.com", true, null, "example.com", "in"],
  [
    "an address that the provider has not verified",
    "ann@example.com",
    false,
    "ann@example.com",
    "example.com",
    "email_not_verified",
  ],
  ["an unknown address", "eve@elsewhere.com", true, null, "example.com", "not_invited"],
  ["an unknown address without an allowed domain", "eve@elsewhere.com", true, null, null, "not_invited"],
  [
    "a member whose address changed at the provider",
    "ann@elsewhere.com",
    true,
    "ann@example.com",
    null,
    "not_invited",
  ],
  ["a subdomain", "eve@sub.example.com", true, null, "example.com", "not_invited"],
  ["a domain that ends like ours", "eve@notexample.com", true, null, "example.com", "not_invited"],
  [
    "an address with our domain in its local part",
    '"x@example.com"@evil.com',
    true,
    null,
    "example.com",
    "not_invited",
  ],
  ["a text that is not an address", "example.com", true, null, "example.com", "not_invited"],
  ["an empty address without an invitation", "", true, null, null, "not_invited"],
] as const)("%s", (_, email, emailVerified, invited, domain, expected) => {
  const evaluation = authorizeSingleSignOn({ email, emailVerified }, invited, domain);
  expect(evaluation.ok ? "in" : evaluation.reason).toBe(expected);
});

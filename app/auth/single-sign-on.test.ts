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
  [
    "S14: a Kelvin sign in an admin's address",
    "\u212Aim@example.com",
    true,
    "kim@example.com",
    "example.com",
    "not_invited",
  ],
  ["S14: a dotted I in the domain", "ann@\u0130nc.example", true, null, "inc.example", "not_invited"],
  ["S14: a second at-sign", "x@evil@example.com", true, null, "example.com", "not_invited"],
  ["S14: a full-width at-sign", "x\uFF20evil@example.com", true, null, "example.com", "not_invited"],
  ["a space in the address", "x y@example.com", true, null, "example.com", "not_invited"],
  ["no local part", "@example.com", true, null, "example.com", "not_invited"],
  ["a text that is not an address", "example.com", true, null, "example.com", "not_invited"],
  ["an empty address without an invitation", "", true, null, null, "not_invited"],
] as const)("%s", (_, email, emailVerified, invited, domain, expected) => {
  const member = invited === null ? null : { email: invited, isRemoved: false, isBoundToAnother: false };
  const evaluation = authorizeSingleSignOn({ email, emailVerified }, member, domain);
  expect(evaluation.ok ? "in" : evaluation.reason).toBe(expected);
});

it("S14: refuses a removed member, and another person with a member's address", () => {
  const profile = { email: "ann@example.com", emailVerified: true };
  const member = { email: "ann@example.com", isRemoved: false, isBoundToAnother: false };
  expect(authorizeSingleSignOn(profile, { ...member, isRemoved: true }, "example.com")).toEqual({
    ok: false,
    reason: "removed",
  });
  expect(authorizeSingleSignOn(profile, { ...member, isBoundToAnother: true }, "example.com")).toEqual({
    ok: false,
    reason: "another_person",
  });
});

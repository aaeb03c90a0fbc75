import { describe, expect, it } from "vitest";
import { readSupportContact } from "./support-contact";

describe("the support contact", () => {
  it("is an email address, for their mail program", () => {
    expect(readSupportContact(" help@example.com ")).toEqual({
      kind: "email",
      href: "mailto:help@example.com",
      shown: "help@example.com",
    });
  });

  it("lets no address add headers to the mail", () => {
    expect(readSupportContact("help?bcc=eve@example.com")?.href).toBe("mailto:help%3Fbcc%3Deve@example.com");
  });

  it("is a page behind https", () => {
    expect(readSupportContact("https://example.com/contact?from=billing")).toMatchObject({
      kind: "page",
      href: "https://example.com/contact?from=billing",
    });
  });

  it.each([
    "",
    "help",
    "help@",
    "help@example",
    "help@example.com, other@example.com",
    "Help <help@example.com>",
    "mailto:help@example.com",
    "http://example.com",
    "javascript:alert(1)",
    "https://user:pw@example.com",
    "https://",
    `https://example.com/${"x".repeat(300)}`,
  ])("is not %j", (typed) => {
    expect(readSupportContact(typed)).toBeNull();
  });
});

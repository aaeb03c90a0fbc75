import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  formatSettingsTable,
  parseSettings,
  readStoredSettings,
  SETTING_KEYS,
  SETTINGS,
} from "./settings-catalogue.server";

const DOCUMENT = path.resolve(import.meta.dirname, "../../../docs/configuration.md");
const SECTION = /<!-- settings: begin[^>]*-->\n(.*?)\n<!-- settings: end -->/s;

describe("the catalogue of settings", () => {
  it("is the table of settings in docs/configuration.md", () => {
    expect(SECTION.exec(readFileSync(DOCUMENT, "utf8"))?.[1]).toBe(formatSettingsTable());
  });

  it.each(SETTING_KEYS)("has a valid default and a description for %s", (key) => {
    const { schema, default: fallback } = SETTINGS[key];
    expect(schema.safeParse(fallback).success).toBe(true);
    expect(schema.description).toBeTruthy();
  });

  it("gives the default of a setting that is not stored", () => {
    expect(readStoredSettings(new Map([["graceDays", 120]]))).toMatchObject({
      graceDays: 120,
      writeMode: "grant_only",
      fullRunHour: 3,
      supportContact: null,
    });
    expect(readStoredSettings(new Map([["fullRunHour", null]]))).toMatchObject({ fullRunHour: null });
  });

  it("keeps each metadata key once, however often it was typed or is stored", () => {
    const typed = "userId, userId,".repeat(100);
    expect(SETTINGS.metadataKeys.schema.parse(` uid ,${typed}`)).toBe("uid, userId");
    expect(readStoredSettings(new Map([["metadataKeys", typed]]))).toMatchObject({ metadataKeys: "userId" });
  });

  it("refuses a stored value that is not valid", () => {
    expect(() => readStoredSettings(new Map([["graceDays", 366]]))).toThrow();
  });
});

describe("a typed value", () => {
  it.each([
    [{ graceDays: " 365 " }, { graceDays: 365 }],
    [{ revocationLimitPercent: "2.5" }, { revocationLimitPercent: 2.5 }],
    [{ noPlanWord: "7" }, { noPlanWord: "7" }],
    [{ noPlanWord: "" }, { noPlanWord: null }],
    [{ fullRunHour: "" }, { fullRunHour: null }],
    [{ writeMode: "full", intent: "ignored" }, { writeMode: "full" }],
    [{ supportContact: "https://example.com" }, { supportContact: "https://example.com" }],
    [{}, {}],
  ])("%j is read as %j", (typed, change) => {
    expect(parseSettings(typed)).toEqual({ ok: true, change });
  });

  it.each([
    [{ graceDays: "366" }, { graceDays: ["Enter a whole number from 0 to 365."] }],
    [{ graceDays: "1.5" }, { graceDays: ["Enter a whole number from 0 to 365."] }],
    [{ graceDays: "" }, { graceDays: ["Enter a whole number from 0 to 365."] }],
    [{ graceDays: ["1", "2"] }, { graceDays: ["Enter a whole number from 0 to 365."] }],
    [{ revocationLimitPercent: "Infinity" }, { revocationLimitPercent: ["Enter a number from 0 to 100."] }],
    [{ writeMode: "perhaps" }, { writeMode: ["Enter one of off, grant_only, full."] }],
    [
      { supportContact: "http://example.com" },
      { supportContact: ["Enter an email address (help@example.com) or an https address."] },
    ],
  ])("%j is refused", (typed, problems) => {
    expect(parseSettings(typed)).toEqual({ ok: false, problems });
  });
});

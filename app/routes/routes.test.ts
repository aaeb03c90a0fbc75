import { describe, expect, it } from "vitest";
import { whoMayCall } from "~/http/route.server";

const modules = import.meta.glob<Record<string, unknown>>([
  "./**/*.ts",
  "./**/*.tsx",
  "!./**/*.test.ts",
  "!./**/*.test.tsx",
]);

describe("every route", () => {
  it("is looked at", () => {
    expect(Object.keys(modules).length).toBeGreaterThan(5);
  });

  it.each(Object.keys(modules))("lets in only whom it names: %s", async (file) => {
    const module = (await modules[file]?.()) ?? {};
    for (const name of ["loader", "action"])
      if (name in module)
        expect(whoMayCall(module[name]), `${name} was not built by route.${name}`).not.toBeNull();
    // A page without a loader would be drawn for anybody.
    if ("default" in module)
      expect(module, "draws a page without asking who it is for").toHaveProperty("loader");
  });
});

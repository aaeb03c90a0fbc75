import { describe, expect, it } from "vitest";
import { readRouteAccess } from "~/http/route.server";

const modules = import.meta.glob<Record<string, unknown>>([
  "./**/*.ts",
  "./**/*.tsx",
  "!./**/*.test.ts",
  "!./**/*.test.tsx",
]);

describe("every route", () => {
  it("is found", () => {
    expect(Object.keys(modules).length).toBeGreaterThan(5);
  });

  it.each(Object.keys(modules))("is built by `route`, which checks who may call it: %s", async (file) => {
    const module = (await modules[file]?.()) ?? {};
    for (const name of ["loader", "action"])
      if (name in module)
        expect(readRouteAccess(module[name]), `${name} was not built by route.${name}`).not.toBeNull();
    // A page without a loader would be shown without an access check.
    if ("default" in module) expect(module, "shows a page without an access check").toHaveProperty("loader");
  });
});

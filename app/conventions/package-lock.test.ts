import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";

const lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() }),
  ),
});

// `npm install` drops an optional platform package that the registry does not have, in silence, and the next `npm ci`
// on that platform fails: https://github.com/npm/cli/issues/4828
it("package-lock.json has every optional package of every platform", () => {
  const file = path.resolve(import.meta.dirname, "../../package-lock.json");
  const { packages } = lock.parse(JSON.parse(readFileSync(file, "utf8")));
  const missing = Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !foldersSeenFrom(place).some((folder) => `${folder}node_modules/${name}` in packages))
      .map((name) => `${place || "package.json"} wants ${name}`),
  );
  expect(missing).toEqual([]);
});

/** The folders in whose `node_modules` Node looks for what a package imports, its own first. */
function foldersSeenFrom(place: string): string[] {
  const parts = place.split("/node_modules/");
  const above = parts.map((_, index) => `${parts.slice(0, index + 1).join("/node_modules/")}/`);
  return place === "" ? [""] : ["", ...above];
}

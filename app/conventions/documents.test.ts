import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { listFiles, repository } from "./sources";

const read = (file: string) => readFileSync(path.join(repository, file), "utf8");
const documents = readdirSync(path.join(repository, "docs")).filter((name) => name.endsWith(".md"));

const readLinks = (file: string) =>
  [...read(file).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => path.join(path.dirname(file), target));

it("every document is found from the README", () => {
  const found = new Set(["README.md"]);
  for (const file of found)
    if (file.endsWith(".md") && existsSync(path.join(repository, file)))
      for (const target of readLinks(file)) found.add(target);
  expect(documents.map((name) => `docs/${name}`).filter((file) => !found.has(file))).toEqual([]);
});

it("pages, messages and the doctor tell people to type only commands that there are", async () => {
  const { COMMANDS } = await import("~/cli/run-command");
  const known = new Set(["help", ...COMMANDS.map(({ name }) => name)]);
  const told = listFiles(["app"], /(?<!\.test)\.tsx?$/).flatMap((file) =>
    [...read(file).matchAll(/npm run parity -- ([a-z][a-z-]*)/g)].map(([, name = ""]) => ({ file, name })),
  );
  expect(told.length).toBeGreaterThan(20);
  expect(told.filter(({ name }) => !known.has(name))).toEqual([]);
});

describe.each(["README.md", "CONTRIBUTING.md", "SECURITY.md", ...documents.map((name) => `docs/${name}`)])(
  "%s",
  (file) => {
    it("links only to files that are there", () => {
      const missing = readLinks(file).filter((target) => !existsSync(path.join(repository, target)));
      expect(missing).toEqual([]);
    });

    it("names only npm scripts that are there", () => {
      const { scripts } = JSON.parse(read("package.json"));
      const named = [...read(file).matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, name = ""]) => name);
      expect(named.filter((name) => !(name in scripts))).toEqual([]);
    });

    it("shows only commands that the command line has", async () => {
      const { COMMANDS } = await import("~/cli/run-command");
      const named = [
        ...read(file).matchAll(/(?:npm run parity -- |build\/parity\/cli\.js |`parity )([a-z][a-z-]*)/g),
      ];
      const known = new Set(COMMANDS.map(({ name }) => name));
      expect(named.map(([, name = ""]) => name).filter((name) => !known.has(name))).toEqual([]);
    });
  },
);

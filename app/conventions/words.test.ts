import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { listFiles, parseSource, readSources, repository } from "./sources";
import { ENDS_IN_OF, findOfFunctions, findUnwantedWords, type Offence } from "./words";

const print = ({ file, line, text }: Offence) => `${file}:${line} ${text}`;
const findNames = (text: string) => findOfFunctions(parseSource("a.tsx", text)).map(print);
const findWords = (text: string) => findUnwantedWords("a.ts", text).map(({ line }) => line);

describe("function names", () => {
  it("are verbs and do not end in Of", () => {
    const found = readSources(["app", "prisma", "e2e"], ENDS_IN_OF).flatMap(findOfFunctions);
    expect(found.map(print)).toEqual([]);
  });

  it.each([
    "function priceOf() {}",
    "const priceOf = () => 1;",
    "const priceOf = (async function () {});",
    "const prices = { priceOf() {}, a: 1 };",
    "const prices = { priceOf: () => 1 };",
    "class Prices { priceOf() {} }",
    "class Prices { priceOf = () => 1; }",
    "type Prices = { priceOf(id: string): number };",
    "type Prices = { priceOf: (id: string) => number };",
    "function read(priceOf: (id: string) => number) {}",
  ])("are found in: %s", (text) => {
    expect(findNames(text)).toEqual(["a.tsx:1 priceOf"]);
  });

  it.each([
    "const first = [1].indexOf(1);",
    "const proof = () => 1;",
    "const dateOf = 1;",
    "const list = List.of(1);",
    "function findPrice() {}",
  ])("are not found in: %s", (text) => {
    expect(findNames(text)).toEqual([]);
  });
});

describe("words", () => {
  it("are plain English in code, schema and documentation", () => {
    const files = [
      ...listFiles(["app", "e2e"], /\.tsx?$/).filter((file) => !file.startsWith("app/conventions/")),
      ...listFiles(["prisma"], /\.(ts|sql|prisma)$/),
      ...listFiles(["docs"], /\.md$/),
      "README.md",
    ];
    expect(files.length).toBeGreaterThan(50);
    const found = files.flatMap((file) =>
      findUnwantedWords(file, readFileSync(path.join(repository, file), "utf8")),
    );
    expect(found.map(print)).toEqual([]);
  });

  it.each([
    "// Whom it concerns",
    'throw new Error("nobody is here");',
    "<p>Somebody must decide</p>",
    "const forWhoever = 1;",
    "const nobodyElse = 1;",
    "type Everybody = string;",
  ])("are found in: %s", (text) => {
    expect(findWords(`\n${text}`)).toEqual([2]);
  });

  it.each(["a user who pays", "the body of the answer", "whole"])("are not found in: %s", (text) => {
    expect(findWords(text)).toEqual([]);
  });
});

import { readFileSync } from "node:fs";

/** The document whose mappings the tests install. */
export const ADOPTING = readFileSync(new URL("../../../../docs/adopting.md", import.meta.url), "utf8");

/** The code blocks of the document that are marked with a word. */
export const readBlocks = (mark: string): string[] =>
  [...ADOPTING.matchAll(/^( *)```(.*)\n([\s\S]*?)^\1```$/gm)].flatMap(([, indent = "", info, text = ""]) =>
    info === mark ? [text.replaceAll(new RegExp(`^${indent}`, "gm"), "")] : [],
  );

/** The mapping file of an application, as the document shows it. */
export function readRecipe(name: string): string {
  const [text] = readBlocks(`yaml recipe=${name}`);
  if (text === undefined) throw new Error(`docs/adopting.md has no recipe for ${name}`);
  return text;
}

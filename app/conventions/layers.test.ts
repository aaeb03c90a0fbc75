import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

// The house (floors, who may import whom) as a test. A file imports downwards only, and never round in a circle.
const floors = new Map([
  ["routes", 5],
  ["cli", 5],
  ["http", 4],
  ["jobs", 4],
  ["reconcile", 3],
  ["auth", 3],
  // One floor, three steps: observations are stored as Stripe's reader hands them over, and lists read what is stored.
  ["table", 2.2],
  ["db", 2.1],
  ["stripe", 2],
  ["ui", 1],
  ["billing", 0], // on the first floor too, and under the rest of it: what everybody may speak of
]);
const compositionRoots = new Set([
  "start.ts",
  "server.ts",
  "demo.server.ts",
  "open-parity.server.ts",
  "cli/parity.ts",
  "work.ts",
  "db/migrate-cli.ts",
]);
const frame = /^(root\.tsx|routes\.ts|entry\.\w+\.tsx)$/; // what Remix wants beside routes/
const kindFolders = new Set(["utils", "lib", "helpers", "misc", "common"]);
const longest = 300;

type Import = { target: string; typeOnly: boolean };
type Source = { file: string; text: string; imports: Import[] };

const isTest = (file: string) => /\.test(\.tsx?)?$|(^|\/)testing(-[\w-]+)?(\.tsx?)?$/.test(file);
const isServerOnly = (file: string) => /\.server\.tsx?$/.test(file);
const folderOf = (file: string) => (file.includes("/") ? (file.split("/")[0] ?? "") : "");

function floorOf(file: string): number | undefined {
  if (compositionRoots.has(file)) return 6;
  if (frame.test(file)) return 5;
  return folderOf(file) === "" ? 1 : floors.get(folderOf(file));
}

describe("the layers of the application", () => {
  const sources = readSources();

  it("are kept by every import", () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(brokenRules(sources)).toEqual([]);
  });

  it.each([
    ["routes/a.ts", 'import { b } from "~/db/b.server";', null],
    ["ui/a.ts", 'import { b } from "~/billing/b";', null],
    ["db/a.ts", 'import { b } from "~/routes/b";', "db/ (floor 2.1) imports routes/b"],
    ["stripe/a.ts", 'import type { b } from "~/db/b";', "stripe/ (floor 2) imports db/b"],
    ["db/a.ts", 'const b = await import("../http/b");', "db/ (floor 2.1) imports http/b"],
    ["billing/a.ts", 'import { z } from "zod";', "billing/ imports nothing but itself, not zod"],
    ["billing/a.ts", 'export * from "node:path";', "billing/ imports nothing but itself, not node:path"],
    [
      "billing/a.ts",
      'import type { L } from "~/platform/log.server";',
      "billing/ imports nothing but itself",
    ],
    ["reconcile/a.ts", 'import type Stripe from "stripe";', "stripe is for stripe/"],
    ["reconcile/a.ts", 'import { Prisma } from "@prisma/client";', "Prisma is for db/"],
    ["http/a.ts", 'import { User } from "../generated/prisma/client";', "Prisma is for db/"],
    ["jobs/a.ts", 'import { open } from "~/sandbox/open";', "the sandbox stands apart"],
    ["ui/a.tsx", 'import { z } from "zod";', "zod reaches the browser"],
    ["ui/a.tsx", 'import type { z } from "zod";', null],
    ["routes/a.tsx", 'import { z } from "zod";', null],
    ["jobs/a.ts", 'import { createTestDatabase } from "~/platform/testing/database";', "what is for tests"],
    ["jobs/utils/a.ts", "", "a folder is named after a part of the product"],
    ["jobs/a.ts", "const url = process.env.DATABASE_URL;", "the environment is read in env.server.ts"],
  ])("say of %s with %j: %s", (file, text, expected) => {
    const broken = brokenRules([parse(file, text)]);
    if (expected === null) expect(broken).toEqual([]);
    else expect(broken.join("\n")).toContain(expected);
  });

  it("say of a file of 301 lines that it is two things", () => {
    expect(brokenRules([parse("jobs/a.ts", "\n".repeat(300))])).toEqual([]);
    expect(brokenRules([parse("jobs/a.ts", "\n".repeat(301))])).toHaveLength(1);
  });

  it("name the way of a circle, and how zod came to the browser", () => {
    const circle = brokenRules([
      parse("jobs/a.ts", 'import { b } from "./b";'),
      parse("jobs/b.ts", 'import { a } from "./a";'),
      parse("routes/page.tsx", 'import { parts } from "~/table/parts";'),
      parse("table/parts.ts", 'import { z } from "zod";'),
    ]);
    expect(circle).toEqual([
      "a circle: jobs/a.ts → jobs/b.ts → jobs/a.ts",
      "zod reaches the browser: routes/page.tsx → table/parts.ts (name it .server.ts, or import types only)",
    ]);
  });
});

function brokenRules(sources: Source[]): string[] {
  const each = sources.flatMap((source) => [...ownRules(source), ...importRules(source)]);
  return [...each, ...circles(sources), ...zodInBrowser(sources)];
}

function* ownRules({ file, text }: Source): Generator<string> {
  const badFolder = file.split("/").find((part) => kindFolders.has(part));
  if (badFolder) yield `${file}: a folder is named after a part of the product, not ${badFolder}`;
  if (text.split("\n").length > longest + 1) yield `${file}: more than ${longest} lines, so it is two things`;
  const readsEnvironment = /\bprocess\.env\b/.test(text) && file !== "env.server.ts";
  if (readsEnvironment && !isTest(file) && !compositionRoots.has(file))
    yield `${file}: the environment is read in env.server.ts, and handed in by a composition root`;
}

function* importRules({ file, imports }: Source): Generator<string> {
  if (isTest(file)) return;
  const folder = folderOf(file);
  const floor = floorOf(file);
  if (floor === undefined && folder !== "sandbox") yield `${file}: ${folder}/ is on no floor`;
  for (const { target, typeOnly } of imports) {
    const inside = target.startsWith("app/") ? target.slice(4) : null;
    if (folder === "billing" && (inside === null || folderOf(inside) !== "billing"))
      yield `${file}: billing/ imports nothing but itself, not ${inside ?? target}`;
    if (/^stripe(\/|$)/.test(target) && folder !== "stripe" && !(folder === "sandbox" && typeOnly))
      yield `${file}: the package stripe is for stripe/ alone`;
    if (/^@prisma\//.test(target) || (inside && folderOf(inside) === "generated"))
      if (folder !== "db") yield `${file}: Prisma is for db/ alone`;
    if (inside === null) continue;
    if (isTest(inside)) yield `${file}: imports ${inside}, which is what is for tests`;
    if (folderOf(inside) === "sandbox" && folder !== "sandbox" && file !== "demo.server.ts")
      yield `${file}: the sandbox stands apart, and only demo.server.ts starts it`;
    const targetFloor = floorOf(inside);
    const sameFolder = folderOf(inside) === folder && !frame.test(file);
    if (sameFolder || floor === undefined || targetFloor === undefined) continue;
    if (targetFloor >= floor && folder !== "billing")
      yield `${file}: ${folder || "app"}/ (floor ${floor}) imports ${inside} (floor ${targetFloor}), and only downwards is allowed`;
  }
}

function circles(sources: Source[]): string[] {
  const found: string[] = [];
  const graph = new Map(sources.map((source) => [source.file, importedFiles(source, sources)]));
  const done = new Set<string>();
  const visit = (file: string, way: string[]) => {
    const start = way.indexOf(file);
    if (start >= 0) found.push(`a circle: ${[...way.slice(start), file].join(" → ")}`);
    if (start >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

// Remix takes `loader` and `action` out of a route, and with them what only they import: a route may use zod itself.
function zodInBrowser(sources: Source[]): string[] {
  const byFile = new Map(sources.map((source) => [source.file, source]));
  const seen = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, way: string[]) => {
    const source = byFile.get(file);
    if (!source || seen.has(file) || isServerOnly(file) || isTest(file)) return;
    seen.add(file);
    const route = folderOf(file) === "routes";
    if (!route && source.imports.some(({ target, typeOnly }) => !typeOnly && bringsZod(target)))
      found.push(
        `zod reaches the browser: ${[...way, file].join(" → ")} (name it .server.ts, or import types only)`,
      );
    for (const next of importedFiles(source, sources, { withTypes: false })) visit(next, [...way, file]);
  };
  const browser = /^(routes\/.*\.tsx|ui\/|root\.tsx|entry\.client\.tsx)/;
  for (const { file } of sources) if (browser.test(file)) visit(file, []);
  return found;
}

const bringsZod = (target: string) => /^(zod|@conform-to\/zod)(\/|$)/.test(target);

function importedFiles(source: Source, sources: Source[], { withTypes = true } = {}): string[] {
  const files = new Set(sources.map(({ file }) => file));
  return source.imports.flatMap(({ target, typeOnly }) => {
    if (!target.startsWith("app/") || (typeOnly && !withTypes)) return [];
    const base = target.slice(4);
    const candidates = [base, `${base}.ts`, `${base}.tsx`, `${base}/index.ts`, `${base}/index.tsx`];
    return candidates.filter((file) => files.has(file)).slice(0, 1);
  });
}

function readSources(): Source[] {
  const app = import.meta.dirname;
  return readdirSync(app, { recursive: true, encoding: "utf8" })
    .map((file) => file.split(path.sep).join("/"))
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith("generated/") && file !== "layers.test.ts")
    .sort()
    .map((file) => parse(file, readFileSync(path.join(app, file), "utf8")));
}

function parse(file: string, text: string): Source {
  const imports: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (specifier && ts.isStringLiteral(specifier))
      imports.push({ target: resolve(file, specifier.text), typeOnly });
  };
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, onlyTypes(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false));
  return { file, text, imports };
}

function onlyTypes(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings;
  return !clause.name && !!names && ts.isNamedImports(names) && names.elements.every((one) => one.isTypeOnly);
}

function resolve(file: string, specifier: string): string {
  if (specifier.startsWith("~/")) return `app/${specifier.slice(2)}`;
  return specifier.startsWith(".") ? path.posix.join("app", path.posix.dirname(file), specifier) : specifier;
}

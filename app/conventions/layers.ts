import type { Source } from "./sources";

/** Slices by floor, the ground first. A slice imports its own files, lower floors and the ground. */
const FLOORS = [
  ["billing", "platform", "stripe", "mapping"],
  ["engine/account"],
  ["engine/observe", "engine/evaluate"],
  ["engine/repair"],
  ["engine/sync", "engine/runs", "engine/decisions", "engine/retention"],
  ["customers", "dashboard", "adopt"],
  ["facade", "auth", "ui"],
  ["http", "audit"],
  ["routes", "cli", "server"],
];
/** Started beside the application: only composition roots and the demo import them. */
const APART = new Set(["sandbox", "demo"]);
/** Where a program starts. They bind everything together, so they may import everything. */
const COMPOSITION_ROOTS = new Set([
  "server/start.ts",
  "server/work.ts",
  "server/migrate.ts",
  "server/uninstall.ts",
  "server/serverless/entry.ts",
  // Chooses between DATABASE_URL and the demo's PostgreSQL, for the others.
  "server/open-postgres.server.ts",
  "cli/parity.ts",
  // Starts a PostgreSQL for one audit.
  "cli/audit/workplace.ts",
]);
/** Scripts of the demo, which are started alone. */
const DEMO_SCRIPTS = new Set(["demo/reset-demo.ts"]);
/** The files that Remix expects beside routes/. */
const FRAME = /^(root\.tsx|routes\.ts|entry\.\w+\.tsx)$/;
const KIND_FOLDERS = new Set(["utils", "lib", "helpers", "misc", "common"]);
/** Slices whose SQL is their own. */
const SQL_OWNERS = /^(platform|engine|customers|dashboard|adopt|audit|auth|demo)\//;
/** Slices that never see the database, not even its type. */
const WITHOUT_DATABASE = new Set(["routes", "ui", "billing", "stripe", "sandbox"]);
const MOST_LINES = 300;
const MOST_FILES = 18;
const MOST_LOOSE_FILES = 6;

export const isTest = (file: string) =>
  /\.test\.tsx?$/.test(file) || /(^|\/)testing\//.test(file) || /^app\/conventions\//.test(file);

/** Every broken rule as `rule: what broke it`. */
export function findBrokenRules(sources: Source[]): string[] {
  return [
    ...sources.flatMap((source) => [...checkFile(source), ...checkImports(source)]),
    ...checkFolders(sources),
    ...findSliceCircles(sources),
    ...findFileCircles(sources),
    ...findZodInBrowser(sources),
  ];
}

function* checkFile({ file, text }: Source): Generator<string> {
  const kind = file.split("/").find((part) => KIND_FOLDERS.has(part));
  if (kind) yield `folders named after the product: ${file} is in a folder named ${kind}`;
  if (text.trimEnd().split("\n").length > MOST_LINES) yield `at most ${MOST_LINES} lines: ${file}`;
  const inApp = file.slice("app/".length);
  const readsEnvironment = /\bprocess\.env\b/.test(text) && inApp !== "platform/env.server.ts";
  if (readsEnvironment && !isTest(file) && !COMPOSITION_ROOTS.has(inApp) && !DEMO_SCRIPTS.has(inApp))
    yield `environment only in env.server.ts and composition roots: ${file}`;
}

function* checkFolders(sources: Source[]): Generator<string> {
  const counts = new Map<string, number>();
  for (const { file } of sources) {
    const folder = file.slice(0, file.lastIndexOf("/"));
    if (!isTest(file)) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  for (const [folder, count] of counts) {
    const most = folder === "app" ? MOST_LOOSE_FILES : MOST_FILES;
    if (count > most) yield `at most ${most} files in a flat folder: ${folder}/ has ${count}`;
  }
}

function* checkImports(source: Source): Generator<string> {
  const { file } = source;
  if (isTest(file)) return;
  const inApp = file.slice("app/".length);
  const slice = findSlice(file);
  if (findFloor(file) === undefined && !APART.has(slice)) yield `every slice has a floor: ${file} has none`;
  for (const { target, isTypeOnly } of source.imports) {
    const arrow = `${file} → ${target}`;
    const isOwn = target.startsWith("app/");
    const targetSlice = isOwn ? findSlice(target) : "";
    if (slice === "billing" && targetSlice !== "billing") yield `billing imports only itself: ${arrow}`;
    if (slice === "sandbox" && isOwn && targetSlice !== "sandbox") yield `sandbox stands apart: ${arrow}`;
    if (/^stripe(\/|$)/.test(target) && slice !== "stripe" && !(slice === "sandbox" && isTypeOnly))
      yield `package stripe only in app/stripe: ${arrow}`;
    if (/^@prisma\/|^app\/generated\//.test(target) && !SQL_OWNERS.test(inApp))
      yield `Prisma only beside SQL: ${arrow}`;
    if (/^app\/platform\/client\.server/.test(target) && WITHOUT_DATABASE.has(slice))
      yield `no database in ${slice}: ${arrow}`;
    if (!isOwn || targetSlice === "generated") continue;
    if (isTest(target)) yield `product code does not import test code: ${arrow}`;
    else if (
      slice === "ui" &&
      !["ui", "billing"].includes(targetSlice) &&
      !(targetSlice === "dashboard" && isTypeOnly)
    )
      yield `ui imports only billing and types of dashboard: ${arrow}`;
    else if (!COMPOSITION_ROOTS.has(inApp) && slice !== targetSlice) yield* checkFloors(file, target);
  }
}

function* checkFloors(file: string, target: string): Generator<string> {
  const [slice, targetSlice] = [findSlice(file), findSlice(target)];
  if (slice === "sandbox" || slice === "demo") return;
  if (APART.has(targetSlice)) yield `${targetSlice} stands apart: ${file} → ${target}`;
  const [floor, targetFloor] = [findFloor(file), findFloor(target)];
  if (floor === undefined || targetFloor === undefined || (floor === 0 && targetFloor === 0)) return;
  if (targetFloor >= floor)
    yield `only downwards: ${slice} (floor ${floor}) → ${targetSlice} (floor ${targetFloor}): ${file} → ${target}`;
}

/** `engine/runs` for its files, the first folder for all others; `routes` for the files that Remix expects beside it. */
function findSlice(file: string): string {
  const [first = "", second = "", third] = file.slice("app/".length).split("/");
  if (FRAME.test(first)) return "routes";
  return first === "engine" && third !== undefined ? `${first}/${second}` : first;
}

function findFloor(file: string): number | undefined {
  const slice = findSlice(file);
  const floor = FLOORS.findIndex((slices) => slices.includes(slice));
  return floor < 0 ? undefined : floor;
}

function findSliceCircles(sources: Source[]): string[] {
  const graph = new Map<string, Set<string>>();
  for (const { file, imports } of sources) {
    if (isTest(file) || COMPOSITION_ROOTS.has(file.slice("app/".length))) continue;
    const slice = findSlice(file);
    const targets = graph.get(slice) ?? new Set();
    graph.set(slice, targets);
    for (const { target } of imports)
      if (target.startsWith("app/") && !isTest(target) && findSlice(target) !== slice)
        targets.add(findSlice(target));
  }
  return findCircles(graph).map((circle) => `no circle of slices: ${circle.join(" → ")}`);
}

function findFileCircles(sources: Source[]): string[] {
  const files = new Set(sources.map(({ file }) => file));
  const graph = new Map(sources.map((source) => [source.file, listImportedFiles(source, files)]));
  return findCircles(graph).map((circle) => `no circle of files: ${circle.join(" → ")}`);
}

function findCircles(graph: Map<string, Iterable<string>>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (node: string, path: string[]) => {
    const start = path.indexOf(node);
    if (start >= 0) found.push([...path.slice(start), node]);
    if (start >= 0 || done.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...path, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return found;
}

/** Remix removes `loader` and `action` from a route and what only they import, so a route itself may import zod. */
function findZodInBrowser(sources: Source[]): string[] {
  const byFile = new Map(sources.map((source) => [source.file, source]));
  const seen = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: string[]) => {
    const source = byFile.get(file);
    if (!source || seen.has(file) || /\.server\.tsx?$/.test(file) || isTest(file)) return;
    seen.add(file);
    const importsZod = source.imports.some(
      ({ target, isTypeOnly }) => !isTypeOnly && /^(zod|@conform-to\/zod)(\/|$)/.test(target),
    );
    if (importsZod && findSlice(file) !== "routes")
      found.push(`no zod in the browser: ${[...path, file].join(" → ")}`);
    for (const next of listImportedFiles(source, byFile, { withTypes: false })) visit(next, [...path, file]);
  };
  const browser = /^app\/(routes\/.*\.tsx|ui\/|root\.tsx|entry\.client\.tsx)/;
  for (const { file } of sources) if (browser.test(file)) visit(file, []);
  return found;
}

function listImportedFiles(
  { imports }: Source,
  files: { has(file: string): boolean },
  { withTypes = true } = {},
): string[] {
  const endings = ["", ".ts", ".tsx", "/index.ts", "/index.tsx"];
  return imports.flatMap(({ target, isTypeOnly }) => {
    if (!target.startsWith("app/") || (isTypeOnly && !withTypes)) return [];
    const candidates = endings.map((ending) => `${target}${ending}`);
    return candidates.filter((file) => files.has(file)).slice(0, 1);
  });
}

// @ts-check
// Writes what the pinned SDK knows about Stripe's API for the sandbox: every route, and the parameters of those that the
// sandbox serves. Run it after an update of the package `stripe`, and when the sandbox serves another route:
// node --import tsx scripts/make-stripe-catalogue.mjs
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { listServedEndpoints } from "../app/sandbox/api/router";

const root = path.resolve(import.meta.dirname, "..");
const sdk = path.join(root, "node_modules/stripe");
const resources = path.join(sdk, "esm/resources");
const result = path.join(root, "app/sandbox/api/catalogue/stripe-catalogue.json");
/** More values than this are written once, in `enums`. */
const FEW_VALUES = 8;

/** The endpoints of each method, by `File.d.ts Class.method`. */
function findEndpoints() {
  /** @type {Map<string, Set<string>>} */
  const endpoints = new Map();
  for (const file of readdirSync(resources, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".js")) continue;
    const text = readFileSync(path.join(resources, file), "utf8");
    const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    /** @param {ts.Node} node @param {string} owner */
    const visit = (node, owner) => {
      if (ts.isCallExpression(node) && node.expression.getText(tree).endsWith("._makeRequest")) {
        const [method, url] = node.arguments;
        if (!method || !url) return;
        const route = url
          .getText(tree)
          .slice(1, -1)
          .replaceAll(/\$\{encodeURIComponent\(\w+\)\}/g, ":id");
        if (!route.startsWith("/v1/")) return;
        const found = endpoints.get(owner) ?? new Set();
        endpoints.set(owner, found.add(`${method.getText(tree).slice(1, -1)} ${route}`));
      }
      ts.forEachChild(node, (child) =>
        visit(
          child,
          ts.isMethodDeclaration(child)
            ? `${file.replace(/\.js$/, ".d.ts")} ${child.name.getText(tree)}`
            : owner,
        ),
      );
    };
    visit(tree, "");
  }
  return endpoints;
}

/** The type of the parameters of each method. */
function findParamTypes() {
  const files = readdirSync(resources, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".d.ts"))
    .map((file) => path.join(resources, file));
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    skipLibCheck: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  /** @type {Map<string, ts.Type[]>} */
  const types = new Map();
  for (const source of program.getSourceFiles()) {
    const file = path.relative(resources, source.fileName).split(path.sep).join("/");
    if (file.startsWith("..")) continue;
    for (const statement of source.statements) {
      if (!ts.isClassDeclaration(statement)) continue;
      for (const member of statement.members) {
        if (!ts.isMethodDeclaration(member)) continue;
        const params = member.parameters.find((one) => one.name.getText(source) === "params");
        if (!params) continue;
        const owner = `${file} ${member.name.getText(source)}`;
        types.set(owner, [...(types.get(owner) ?? []), checker.getTypeAtLocation(params)]);
      }
    }
  }
  return { checker, types };
}

const endpoints = findEndpoints();
const { checker, types } = findParamTypes();
/** @type {Map<string, string>} */
const enums = new Map();

/** @param {ts.Type} type @returns {readonly ts.Type[]} */
const unionMembers = (type) => (type.isUnion() ? type.types : [type]);

/** @param {string[]} values */
function writeValues(values) {
  const text = [...new Set(values)].sort().join("|");
  if (values.length <= FEW_VALUES) return `=${text}`;
  const known = enums.get(text) ?? `#${enums.size + 1}`;
  enums.set(text, known);
  return `=${known}`;
}

/**
 * Adds the words for a parameter, and those for everything in it.
 * @param {Map<string, Set<string>>} found
 * @param {string} name
 * @param {ts.Type} type
 */
function describe(found, name, type) {
  const words = found.get(name) ?? new Set();
  found.set(name, words);
  /** @type {string[]} */
  const values = [];
  for (const part of unionMembers(type)) {
    if (part.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) continue;
    if (part.isStringLiteral()) {
      if (part.value === "") words.add("empty");
      else values.push(part.value);
    } else if (part.flags & ts.TypeFlags.BooleanLike) words.add("boolean");
    else if (part.flags & ts.TypeFlags.NumberLike) words.add("number");
    else if (part.flags & ts.TypeFlags.StringLike) words.add("string");
    else if (part.symbol?.name === "Decimal") words.add("string");
    else if (checker.isArrayType(part)) {
      words.add("list");
      for (const element of checker.getTypeArguments(/** @type {ts.TypeReference} */ (part))) {
        describe(found, `${name}[]`, element);
      }
    } else if (part.flags & ts.TypeFlags.Object) describeObject(found, name, part, words);
  }
  if (values.length > 0) words.add(writeValues(values));
}

/**
 * @param {Map<string, Set<string>>} found
 * @param {string} name
 * @param {ts.Type} type
 * @param {Set<string>} words
 */
function describeObject(found, name, type, words) {
  const index = checker.getIndexInfoOfType(type, ts.IndexKind.String);
  if (index) {
    words.add("map");
    describe(found, `${name}[*]`, index.type);
    return;
  }
  words.add("object");
  for (const property of checker.getPropertiesOfType(type)) {
    const at = name === "" ? property.name : `${name}[${property.name}]`;
    describe(found, at, checker.getTypeOfSymbol(property));
    if (!(property.flags & ts.SymbolFlags.Optional)) found.get(at)?.add("required");
  }
}

/** @type {Record<string, Record<string, string>>} */
const params = {};
const served = new Set(listServedEndpoints());
for (const [owner, routes] of endpoints) {
  for (const route of routes) {
    if (!served.has(route)) continue;
    /** @type {Map<string, Set<string>>} */
    const found = new Map();
    for (const type of types.get(owner) ?? []) {
      for (const part of unionMembers(type)) {
        if (part.flags & ts.TypeFlags.Object && part.symbol?.name !== "RequestOptions") {
          describeObject(found, "", part, new Set());
        }
      }
    }
    params[route] = Object.fromEntries(
      [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, words]) => [name, [...words].join(" ")]),
    );
  }
}

const { version } = JSON.parse(readFileSync(path.join(sdk, "package.json"), "utf8"));
const all = [...new Set([...endpoints.values()].flatMap((routes) => [...routes]))].sort();
const content = {
  sdk: version,
  routes: all,
  enums: Object.fromEntries([...enums].map(([values, name]) => [name, values])),
  params: Object.fromEntries(Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1))),
};
writeFileSync(result, `${JSON.stringify(content, null, 2)}\n`);

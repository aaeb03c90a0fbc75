import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { checkReferences } from "./check-references.server";
import type { Finding, Problem } from "./findings";
import { type Mapping, type MappingDocument, mappingSchema } from "./mapping.server";
import { suggest } from "./nearest-names";

export type ParsedMapping =
  | { mapping: Mapping; document: MappingDocument; locate: Locate }
  | { problems: Problem[] };
export type Locate = (finding: Finding) => Problem;

/** Reads the text of a mapping file. All problems are found at once, each with its line. */
export function parseMapping(text: string): ParsedMapping {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  const [error] = document.errors;
  if (error)
    return {
      problems: [
        { line: lines.linePos(error.pos[0]).line, path: "", message: `This is no YAML: ${error.message}` },
      ],
    };
  const locate: Locate = ({ path, message, isWarning }) => ({
    ...(isWarning ? { isWarning } : {}),
    line: findLine(document, lines, path),
    path: path.map(String).join("."),
    message,
  });
  const content: unknown = document.toJS();
  const parsed = mappingSchema.safeParse(content);
  if (!parsed.success)
    return { problems: sortProblems(parsed.error.issues.flatMap((issue) => explain(issue)).map(locate)) };
  const findings = checkReferences(parsed.data);
  if (findings.length > 0) return { problems: sortProblems(findings.map(locate)) };
  // The schema has just read it.
  return { mapping: parsed.data, document: content as MappingDocument, locate };
}

export const sortProblems = (problems: readonly Problem[]): Problem[] =>
  [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));

/** The line of the innermost part of the path that the file has; of the key, where the path ends at one. */
function findLine(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number | null {
  for (let length = path.length; length >= 0; length -= 1) {
    const inner = path.slice(0, length);
    const last = inner.at(-1);
    const parent = length > 0 ? document.getIn(inner.slice(0, -1), true) : undefined;
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last))
      : undefined;
    const node =
      pair && isNode(pair.key) ? pair.key : length > 0 ? document.getIn(inner, true) : document.contents;
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return null;
}

/** A problem in plain words. Of a choice the part that fits best. */
function explain(issue: z.core.$ZodIssue): Finding[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `${key} is not known here${suggest(key, listKnownKeys(path))}`,
    }));
  if (issue.code === "invalid_union") {
    const [best = []] = [...issue.errors].sort((a, b) => rank(a) - rank(b));
    return best.flatMap((inner) => explain({ ...inner, path: [...path, ...inner.path] }));
  }
  if (issue.code === "invalid_type" && issue.input === undefined && path.length > 0)
    return [{ path, message: `${String(path.at(-1))} is missing` }];
  if (issue.code === "invalid_type")
    return [{ path, message: `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}` }];
  if (issue.code === "invalid_value")
    return [
      {
        path,
        message: `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}`,
      },
    ];
  return [{ path, message: issue.message }];
}

const TYPE_WORDS: Record<string, string> = {
  object: "a set of keys and values",
  record: "a set of keys and values",
  string: "a text",
  array: "a list",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
};

/** An alternative of the wrong type is not the one that was meant. */
const rank = (issues: readonly z.core.$ZodIssue[]): number =>
  issues.some(({ code, path }) => code === "invalid_type" && path.length === 0) ? 1_000 : issues.length;

/** The keys of a part of the file, for suggestions. */
function listKnownKeys(path: readonly PropertyKey[]): string[] {
  const [first, second] = path;
  const shape = mappingSchema.shape;
  if (first === undefined) return Object.keys(shape);
  if (first === "fields" || path.at(-1) === "fields") return Object.keys(shape.fields.shape);
  if (first === "tables" && second !== undefined) return TABLE_KEYS;
  if (first === "plans") return ["word", "name", "seats", "prices", "lookupKeys", "products", "sets"];
  if (first === "access")
    return second === undefined
      ? ["by", "column", "grace", "workspaces"]
      : ["status", "active", "locked", "seats", "name"];
  if (first === "status") return ["words", "cancelScheduled", "access", "byHand"];
  if (first === "plan") return ["holds", "none", "onEnd", "byHand"];
  return [];
}

const TABLE_KEYS = [
  ...[
    "table",
    "query",
    "writes",
    "key",
    "owner",
    "where",
    "rows",
    "insert",
    "premade",
    "end",
    "touch",
    "ensure",
  ],
  ...["as", "fields"],
];

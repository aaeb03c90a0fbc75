import { ApiError } from "../errors";

/** `-metadata["plan"]:"gold"` */
export interface Clause {
  negated: boolean;
  /** `metadata` for `metadata["plan"]`. */
  field: string;
  /** `plan` for `metadata["plan"]`. */
  key: string | null;
  operator: ":" | "<" | "<=" | "=" | ">" | ">=" | "~";
  /** Null: the field is absent. */
  value: string | null;
}

export interface Query {
  /** Whether one clause is enough. */
  any: boolean;
  clauses: Clause[];
}

const CLAUSE =
  /\s*(?<negated>-)?(?<field>[a-z_.]+)(?:\[(?:"(?<key>[^"]+)"|'(?<single>[^']+)')\])?\s*(?<operator>:|~|<=|>=|<|>|=)\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|'(?<apostrophes>(?:[^'\\]|\\.)*)'|(?<bare>[\w.+-]+))/gy;
const CONNECTION = /\s+(?<word>AND|OR)(?=\s)|\s+(?=\S)|\s*$/gy;
const SHORTEST_SUBSTRING = 3;

/** A query of Stripe's search language, parsed; throws Stripe's error for one that cannot be read. */
export function parseQuery(text: string): Query {
  const clauses: Clause[] = [];
  const words = new Set<string>();
  let at = 0;
  while (at < text.length || clauses.length === 0) {
    const found = matchAt(CLAUSE, text, at);
    if (!found?.groups) throw createUnreadableError();
    clauses.push(toClause(found.groups));
    at += found[0].length;
    const connection = matchAt(CONNECTION, text, at);
    if (!connection) throw createUnreadableError();
    at += connection[0].length;
    if (connection.groups?.word !== undefined) words.add(connection.groups.word);
    else if (at < text.length) words.add("AND");
    else break;
  }
  if (words.size > 1) {
    throw new ApiError({
      status: 400,
      message: "You cannot combine AND and OR in one search query.",
      param: "query",
    });
  }
  return { any: words.has("OR"), clauses };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function toClause(groups: Readonly<Record<string, string | undefined>>): Clause {
  const quoted = groups.quoted ?? groups.apostrophes;
  const value = quoted === undefined ? (groups.bare ?? "") : quoted.replaceAll(/\\(.)/g, "$1");
  const operator = toOperator(groups.operator);
  if (operator === "~" && value.length < SHORTEST_SUBSTRING) {
    const message = "Substring matches need at least 3 characters.";
    throw new ApiError({ status: 400, message, param: "query" });
  }
  return {
    negated: groups.negated !== undefined,
    field: groups.field ?? "",
    key: groups.key ?? groups.single ?? null,
    operator,
    value: quoted === undefined && value === "null" ? null : value,
  };
}

function toOperator(given: string | undefined): Clause["operator"] {
  switch (given) {
    case "<":
    case "<=":
    case "=":
    case ">":
    case ">=":
    case "~":
      return given;
    default:
      return ":";
  }
}

function createUnreadableError(): ApiError {
  return new ApiError({
    status: 400,
    message:
      'We were unable to parse your search query. Try using the format `metadata["key"]:"value"` to query for metadata or key:"value" to query for other fields.',
    param: "query",
  });
}

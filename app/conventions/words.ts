import ts from "typescript";
import { type Source, visitNodes } from "./sources";

/** Names that end in `Of` for a reason that is not ours. */
const ALLOWED_NAMES = new Set<string>();

/** Also in a whole file: one that does not match has no such function. */
export const ENDS_IN_OF = /[a-z0-9]Of\b/;

/** A word by itself or as a part of an identifier, such as `forNobody`. */
const UNWANTED_WORD = /[Ww]ho(?:m|ever)(?![a-z])|(?:[Nn]o|[Ss]ome|[Ee]very)body(?![a-z])/g;

/** The words that are names of something outside: a text that is removed before the words are searched. */
const OUTSIDE_NAMES = [
  // The Unix account.
  'findAccount("nobody")',
];

export type Offence = { file: string; line: number; text: string };

/** Functions, methods and constants that hold a function, where their name ends in `Of`. A function's name is a verb. */
export function findOfFunctions({ file, tree }: Source): Offence[] {
  const found: Offence[] = [];
  visitNodes(tree, (node) => {
    const name = readFunctionName(node);
    if (!name || !ENDS_IN_OF.test(name.text) || ALLOWED_NAMES.has(name.text)) return;
    const { line } = tree.getLineAndCharacterOfPosition(name.getStart(tree));
    found.push({ file, line: line + 1, text: name.text });
  });
  return found;
}

function readFunctionName(node: ts.Node): ts.Identifier | undefined {
  const isFunction =
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isMethodSignature(node) ||
    ((ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node) || ts.isPropertyDeclaration(node)) &&
      node.initializer !== undefined &&
      holdsFunction(node.initializer)) ||
    ((ts.isPropertySignature(node) || ts.isParameter(node)) &&
      node.type !== undefined &&
      ts.isFunctionTypeNode(node.type));
  return isFunction && node.name && ts.isIdentifier(node.name) ? node.name : undefined;
}

/** A function, also one in parentheses, with a type assertion, or returned by a call such as `cache(() => …)`. */
function holdsFunction(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node))
    return holdsFunction(node.expression);
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

/** The words that plain English replaces by "the user that …", "no user", "all users", "an admin". */
export function findUnwantedWords(file: string, text: string): Offence[] {
  return text.split("\n").flatMap((content, index) => {
    const ours = OUTSIDE_NAMES.reduce((rest, name) => rest.replaceAll(name, ""), content);
    return [...ours.matchAll(UNWANTED_WORD)].map(([word]) => ({
      ...{ file, line: index + 1, text: `${word}: ${content.trim()}` },
    }));
  });
}

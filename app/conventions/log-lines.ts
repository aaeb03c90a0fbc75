import ts from "typescript";
import { type Source, visitNodes } from "./sources";

const LEVELS = ["fatal", "error", "warn", "info", "debug"] as const;
type Level = (typeof LEVELS)[number];
const isLevel = (name: string): name is Level => LEVELS.some((level) => level === name);

/** A line that a program may write to its log. */
export type LogLine = {
  file: string;
  level: Level;
  /** The text of the line; `…` stands for what is only known when it is written. */
  text: string;
  /** Names that stand in the call itself; not those of an object that is made elsewhere. */
  fields: string[];
};

/** Also in a whole file: one that does not match writes no line. */
export const LOGS = /\.(?:fatal|error|warn|info|debug)\(|log\[/;

/** All lines that a source writes. A text that a variable or a condition chooses makes one line for each text that stands there. */
export function findLogLines({ file, tree }: Source): LogLine[] {
  const found: LogLine[] = [];
  visitNodes(tree, (node) => {
    if (!ts.isCallExpression(node)) return;
    const levels = readLevels(node.expression, tree);
    if (levels.length === 0) return;
    const [first, second] = node.arguments;
    const message = second ?? first;
    if (!message || !first) return;
    const fields = second ? readFields(first, tree) : [];
    for (const level of levels)
      for (const text of readTexts(message)) found.push({ file, level, text, fields });
  });
  return found;
}

/** The levels of `log.warn(…)`, `deps.log?.warn(…)`, `log()?.warn(…)` and `log[condition ? "error" : "info"](…)`. */
function readLevels(called: ts.Expression, tree: ts.SourceFile): Level[] {
  if (ts.isPropertyAccessExpression(called))
    return isLog(called.expression, tree) && isLevel(called.name.text) ? [called.name.text] : [];
  if (ts.isElementAccessExpression(called) && isLog(called.expression, tree))
    return readTexts(called.argumentExpression).filter(isLevel);
  return [];
}

const isLog = (node: ts.Expression, tree: ts.SourceFile): boolean =>
  /(?:^|\.)log(?:\(\))?\??$/.test(node.getText(tree).replaceAll(/\s/g, ""));

function readTexts(node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...readTexts(node.whenTrue), ...readTexts(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return readTexts(node.expression);
  if (ts.isTemplateExpression(node))
    return [node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("")];
  return ["…"];
}

function readFields(node: ts.Expression, tree: ts.SourceFile): string[] {
  if (ts.isIdentifier(node)) return readFieldsBefore(node, tree);
  if (!ts.isObjectLiteralExpression(node)) return [];
  return node.properties.flatMap((property) => {
    if (ts.isSpreadAssignment(property)) {
      const spread = property.expression;
      return ts.isObjectLiteralExpression(spread) ? readFields(spread, tree) : [];
    }
    return property.name && ts.isIdentifier(property.name) ? [property.name.text] : [];
  });
}

/** The fields of the last object that was given this name before its use: `const line = { … }`. */
function readFieldsBefore(name: ts.Identifier, tree: ts.SourceFile): string[] {
  let fields: string[] = [];
  visitNodes(tree, (node) => {
    if (
      ts.isVariableDeclaration(node) &&
      node.initializer &&
      node.pos < name.pos &&
      ts.isIdentifier(node.name) &&
      node.name.text === name.text &&
      ts.isObjectLiteralExpression(node.initializer)
    )
      fields = readFields(node.initializer, tree);
  });
  return fields;
}

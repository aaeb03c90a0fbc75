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
  /** Names that stand in the call itself, or in an object of this file. */
  fields: string[];
  /** It has fields that are only known when it is written. */
  hasMore: boolean;
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
    const names = second ? readFields(first, tree) : [];
    const fields = names.filter((name) => name !== MORE);
    const hasMore = fields.length < names.length;
    for (const level of levels)
      for (const text of readTexts(message)) found.push({ file, level, text, fields, hasMore });
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

/** Stands for fields whose names are not known here. */
const MORE = "…";

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
  if (ts.isConditionalExpression(node))
    return [...readFields(node.whenTrue, tree), ...readFields(node.whenFalse, tree)];
  if (ts.isParenthesizedExpression(node)) return readFields(node.expression, tree);
  if (!ts.isObjectLiteralExpression(node)) return [MORE];
  return node.properties.flatMap((property) => {
    if (ts.isSpreadAssignment(property)) return readFields(property.expression, tree);
    return property.name && ts.isIdentifier(property.name) ? [property.name.text] : [];
  });
}

/** The fields of the last object that was given this name before its use: `const line = { … }`. */
function readFieldsBefore(name: ts.Identifier, tree: ts.SourceFile): string[] {
  let fields = [MORE];
  visitNodes(tree, (node) => {
    if (
      ts.isVariableDeclaration(node) &&
      node.initializer &&
      ts.isIdentifier(node.name) &&
      node.name.text === name.text &&
      node.initializer.pos < name.pos
    )
      fields = readFields(node.initializer, tree);
  });
  return fields;
}

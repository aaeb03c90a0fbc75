import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

export type Import = { target: string; isTypeOnly: boolean };
export type Source = {
  /** Its path in the repository. */
  file: string;
  text: string;
  tree: ts.SourceFile;
  /** What it imports: files of the repository by path, as written without their ending; packages by name. */
  imports: Import[];
};

const PARSING = {
  languageVersion: ts.ScriptTarget.Latest,
  jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
};

export const repository = path.resolve(import.meta.dirname, "../..");

/** Every TypeScript file in these folders of the repository that contains `pattern`; generated ones are left out. */
export function readSources(folders: string[], pattern = /^/): Source[] {
  return listFiles(folders, /\.tsx?$/).flatMap((file) => {
    const text = readFileSync(path.join(repository, file), "utf8");
    return pattern.test(text) ? [parseSource(file, text)] : [];
  });
}

export function listFiles(folders: string[], name: RegExp): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(path.join(repository, folder), { recursive: true, encoding: "utf8" }).map((file) =>
        path.posix.join(folder, file.split(path.sep).join("/")),
      ),
    )
    .filter((file) => name.test(file) && !file.startsWith("app/generated/"))
    .sort();
}

export function parseSource(file: string, text: string): Source {
  const kind = file.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const tree = ts.createSourceFile(file, text, PARSING, false, kind);
  const imports: Import[] = [];
  const add = (specifier: ts.Node | undefined, isTypeOnly: boolean) => {
    if (specifier && ts.isStringLiteral(specifier))
      imports.push({ target: resolveImport(file, specifier.text), isTypeOnly });
  };
  for (const statement of tree.statements)
    if (ts.isImportDeclaration(statement))
      add(statement.moduleSpecifier, importsOnlyTypes(statement.importClause));
    else if (ts.isExportDeclaration(statement)) add(statement.moduleSpecifier, statement.isTypeOnly);
  if (text.includes("import("))
    visitNodes(tree, (node) => {
      if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
        add(node.arguments[0], false);
      else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
        add(node.argument.literal, true);
    });
  return { file, text, tree, imports };
}

export function visitNodes(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => visitNodes(child, visit));
}

function importsOnlyTypes(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings;
  return !clause.name && !!names && ts.isNamedImports(names) && names.elements.every((one) => one.isTypeOnly);
}

function resolveImport(file: string, specifier: string): string {
  if (specifier.startsWith("~/")) return path.posix.join("app", specifier.slice(2));
  return specifier.startsWith(".") ? path.posix.join(path.posix.dirname(file), specifier) : specifier;
}

import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { repository, type Source, visitNodes } from "./sources";

/** SQL of an application, in which names without a schema are its own, and the test of this. */
const OF_APPLICATIONS =
  /^app\/(platform\/migrations\/database-states\.test|conventions\/qualified-names\.test|adopt\/testing\/.*)\.ts$/;

const models = [
  ...readFileSync(path.join(repository, "prisma/schema.prisma"), "utf8").matchAll(/^model (\w+)/gm),
].map(([, name]) => name);
const KEYWORDS = "FROM|JOIN|INTO|UPDATE|TABLE|EXISTS|ONLY|ON|TRUNCATE|USING";

/** `"Run"` without `parity.` before it; in text that is not surely SQL only after a word of SQL. */
const table = new RegExp(String.raw`(?<!RENAME TO |[.\w"])"(?:${models.join("|")})"`);
const tableAfterKeyword = new RegExp(String.raw`\b(?:${KEYWORDS})\s+"(?:${models.join("|")})"`);
const routine =
  /(?<![.\w])(?:observation_version\b|(?:stripe_acquire|stripe_slow_down|stripe_slowdown|add_job|remove_job)\()/;

/** Files with such a name in them: few of all. */
export const MAY_HAVE_NAMES = new RegExp(`${table.source}|${routine.source}`);

/** Names of Parity's tables, functions and sequences in SQL that does not say in which schema they are. */
export function findUnqualifiedNames(sources: readonly Source[]): string[] {
  return sources
    .filter(({ file }) => !OF_APPLICATIONS.test(file))
    .flatMap(({ file, text, tree }) => {
      const found: string[] = [];
      visitNodes(tree, (node) => {
        const isTemplate = ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateLiteralToken(node);
        if (!isTemplate && !ts.isStringLiteral(node)) return;
        const match = routine.exec(node.text) ?? (isTemplate ? table : tableAfterKeyword).exec(node.text);
        if (match) found.push(`${file}:${lineAt(text, node.pos)}: ${match[0]}`);
      });
      return found;
    });
}

/** The same in the script of a migration, and the application's relations, which no migration makes or changes. */
export const findInScript = (script: string): string[] =>
  script.match(new RegExp(`${table.source}|"(?:User|BillingSubscription|Workspace)"`, "g")) ?? [];

const lineAt = (text: string, position: number): number => text.slice(0, position).split("\n").length;

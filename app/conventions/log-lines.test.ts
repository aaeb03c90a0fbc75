import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { findLogLines, LOGS, type LogLine } from "./log-lines";
import { parseSource, readSources } from "./sources";

// What a program writes to its log is documented: docs/log.md, and docs/runbook.md for what needs a look.

const TROUBLE = new Set<string>(["fatal", "error", "warn"]);
/** Other programs' own texts, and what is only for debugging. */
const isOurs = ({ level, text }: LogLine) => level !== "debug" && text !== "…";
const lines = readSources(["app"], LOGS)
  .filter(({ file }) => !/\.test\.tsx?$|\/testing\/|^app\/(?:sandbox|conventions)\//.test(file))
  .flatMap(findLogLines)
  .filter(isOurs);

type Row = { levels: string[]; fields: string[] };

/** The rows of all tables whose head begins with `line`, by the text of the line. */
function readRows(file: string): Map<string, Row> {
  const [, ...tables] = readFileSync(file, "utf8").split(/^(?=\| line \|)/m);
  const rows = tables.flatMap((table) => {
    const [head = "", , ...body] = (table.split("\n\n")[0] ?? "").trim().split("\n");
    const names = head.split("|").map((name) => name.trim());
    return body.map((row): [string, Row] => {
      const cells = row.split("|").map((cell) => cell.trim());
      const read = (name: string) => cells[names.indexOf(name)] ?? "";
      const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, one = ""]) => one);
      const levels = read("level") === "" ? ["info"] : read("level").split(", ");
      return [quoted(read("line"))[0] ?? "", { levels, fields: quoted(read("fields")) }];
    });
  });
  expect(new Set(rows.map(([text]) => text)).size, `${file} names a line once`).toBe(rows.length);
  return new Map(rows);
}

function expectDocumented(rows: Map<string, Row>, found: LogLine[]): void {
  expect([...rows.keys()].sort()).toEqual([...new Set(found.map(({ text }) => text))].sort());
  for (const [text, row] of rows) {
    const same = found.filter((line) => line.text === text);
    expect([...new Set(same.map(({ level }) => level))].sort(), text).toEqual(row.levels.toSorted());
    const fields = [...new Set(same.flatMap((line) => line.fields))];
    if (same.some(({ hasMore }) => hasMore)) expect(row.fields, text).toEqual(expect.arrayContaining(fields));
    else expect(row.fields.toSorted(), text).toEqual(fields.sort());
  }
}

it("every warning and error has an entry in the runbook, with its level and fields", () => {
  const found = lines.filter(({ level }) => TROUBLE.has(level));
  expect(found.length).toBeGreaterThan(50);
  expectDocumented(readRows("docs/runbook.md"), found);
});

it("every other line is in docs/log.md, with its fields", () => {
  expectDocumented(
    readRows("docs/log.md"),
    lines.filter(({ level }) => !TROUBLE.has(level)),
  );
});

it("lines are found wherever and however they are written", () => {
  const source = parseSource(
    "app/example.ts",
    `const line = { count, ...rest };
    deps.log?.warn({ userId, by: actor.kind }, "one");
    log()?.error(line, isDone ? "two" : \`three \${name}\`);
    this.deps.log[status === 500 ? "error" : "info"]({ ms }, "four");
    console.warn("not ours"); options.log.info("five");`,
  );
  const found = findLogLines(source).map(({ file: _, ...line }) => line);
  expect(found).toEqual([
    { level: "warn", text: "one", fields: ["userId", "by"], hasMore: false },
    { level: "error", text: "two", fields: ["count"], hasMore: true },
    { level: "error", text: "three …", fields: ["count"], hasMore: true },
    { level: "error", text: "four", fields: ["ms"], hasMore: false },
    { level: "info", text: "four", fields: ["ms"], hasMore: false },
    { level: "info", text: "five", fields: [], hasMore: false },
  ]);
});

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { findInScript, findUnqualifiedNames, MAY_HAVE_NAMES } from "./qualified-names";
import { listFiles, parseSource, readSources, repository } from "./sources";

const findIn = (text: string) => findUnqualifiedNames([parseSource("app/engine/a.ts", text)]);

describe("SQL", () => {
  it("says in which schema every table, function and sequence of Parity's is", () => {
    expect(findUnqualifiedNames(readSources(["app", "e2e", "prisma"], MAY_HAVE_NAMES))).toEqual([]);
  });

  it.each([
    'sql`SELECT 1 FROM "Run"`',
    "sql`SELECT $" + '{a} FROM "User" u JOIN parity."Run" r ON true`',
    `const where = sql\`"SyncStatus" s\``,
    `query('DELETE FROM "Cursor"')`,
    "sql`SELECT nextval('observation_version')`",
    "sql`SELECT stripe_acquire(1)`",
  ])("is found where it does not: %s", (text) => {
    expect(findIn(text)).toHaveLength(1);
  });

  it.each([
    'sql`SELECT "Run" FROM parity."Run" WHERE parity."Run".id = 1`'.replace('"Run" FROM', "id FROM"),
    'sql`ALTER TABLE parity."Away" RENAME TO "Run"`',
    'const label = "User"; const name = `$' + '{a ? "User" : "Run"}`',
    "sql`SELECT nextval('parity.observation_version')`",
    'const metric = "parity_stripe_slowdown"',
  ])("is left alone where it does, or where it is no SQL: %s", (text) => {
    expect(findIn(text)).toEqual([]);
  });
});

describe("the migrations", () => {
  it("say in which schema each table is, and never name one of the application's", () => {
    const scripts = listFiles(["prisma/migrations"], /migration\.sql$/);
    expect(scripts.length).toBeGreaterThan(0);
    for (const file of scripts) {
      const script = readFileSync(path.join(repository, file), "utf8");
      expect({ file, found: findInScript(script) }).toEqual({ file, found: [] });
    }
    expect(findInScript('ALTER TABLE "Run" ADD COLUMN a int; UPDATE parity."User" SET a = 1')).toHaveLength(
      2,
    );
  });
});

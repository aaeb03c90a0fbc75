import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeTestFolder, removeTestFolder } from "~/platform/testing/folder";
import { bundle } from "../../../scripts/bundle.mjs";
import { readSourceStack } from "./source-stack.server";

let folder: string;
beforeAll(async () => {
  folder = await makeTestFolder();
});
afterAll(() => removeTestFolder(folder));

it("the log names files and lines of the sources when a compiled program fails", async () => {
  const out = path.join(folder, "build/parity");
  const entries = { closing: "app/server/testing/closing-process.ts" };
  await bundle({ name: "test", entries, folder: out });
  const output = await new Promise<string>((resolve) =>
    execFile(process.execPath, [path.join(out, "closing.js"), "throw"], (_error, stdout) => resolve(stdout)),
  );
  const fatal = output.split("\n").find((line) => line.includes('"fatal"')) ?? "{}";
  expect(JSON.parse(fatal)).toMatchObject({
    err: {
      message: "a bug",
      stack: expect.stringMatching(/app\/server\/testing\/closing-process\.ts:\d+:\d+\)?$/m),
    },
  });
});

it("R400: code of which a map names no source keeps its own file and line", async () => {
  const file = path.join(folder, "pages.js");
  const map = { version: 3, sources: ["made.ts"], names: [], mappings: "AAAA,K;" };
  await writeFile(`${file}.map`, JSON.stringify(map));
  const error = new Error("lost");
  error.stack = `Error: lost\n    at ${pathToFileURL(file)}:1:1\n    at read (${pathToFileURL(file)}:1:20)`;
  const [, first, second] = readSourceStack(error)?.split("\n") ?? [];
  expect(first).toMatch(/made\.ts:1:1$/);
  expect(second).toBe(`    at read (${pathToFileURL(file)}:1:20)`);
});

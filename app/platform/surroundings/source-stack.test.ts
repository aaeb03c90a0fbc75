import { execFile } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeTestFolder, removeTestFolder } from "~/platform/testing/folder";
import { bundle } from "../../../scripts/bundle.mjs";

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

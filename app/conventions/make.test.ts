import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { make, type Target } from "../../scripts/make.mjs";

const maker = `
  const fs = require("node:fs");
  fs.mkdirSync("build", { recursive: true });
  fs.appendFileSync("build/thing.js", process.argv[2] + ";");`;
let root = "";
let said: string[] = [];
const target: Target = {
  title: "the thing",
  result: "build/thing.js",
  sources: ["app", "thing.config.ts"],
  command: ["maker.cjs", "now"],
};
const makeThing = (force = false) => make(root, target, { force, say: (message) => void said.push(message) });

/** Writes a file that was last changed `secondsAgo` seconds ago. */
function file(path: string, text: string, secondsAgo = 100) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  const at = Date.now() / 1000 - secondsAgo;
  utimesSync(join(root, path), at, at);
}
const setAge = (folder: string) =>
  utimesSync(join(root, folder), Date.now() / 1000 - 100, Date.now() / 1000 - 100);

beforeEach(() => {
  said = [];
  root = mkdtempSync(join(tmpdir(), "parity-build-"));
  file("maker.cjs", maker);
  file("app/routes/page.tsx", "page");
  file("app/generated/client.ts", "client", 0);
  file("app/routes/page.test.tsx", "test", 0);
  setAge("app/routes");
});
afterEach(() => rmSync(root, { recursive: true }));
const readResult = () => readFileSync(join(root, "build/thing.js"), "utf8");

it("makes what is not there, and then leaves it", async () => {
  expect(await makeThing()).toBe("made");
  expect(said).toEqual(["Building the thing…"]);
  expect(await makeThing()).toBe("up to date");
  expect(readResult()).toBe("now;");
  expect(await makeThing(true)).toBe("made");
});

it.each([
  ["a source has changed", () => file("app/routes/page.tsx", "changed", -10)],
  ["a source is gone", () => rmSync(join(root, "app/routes/page.tsx"))],
  ["its configuration has changed", () => file("thing.config.ts", "x", -10)],
])("makes it again when %s", async (_, change) => {
  file("build/thing.js", "", 50);
  expect(await makeThing()).toBe("up to date");
  change();
  expect(await makeThing()).toBe("made");
});

it("makes it again when a source was edited while it was being made", async () => {
  file("maker.cjs", `${maker} fs.writeFileSync("app/routes/page.tsx", "edited");`);
  expect(await makeThing()).toBe("made");
  expect(await makeThing()).toBe("made");
});

it("makes it once when several processes ask", async () => {
  const all = await Promise.all([makeThing(), makeThing(), makeThing()]);
  expect(all.filter((outcome) => outcome === "made")).toHaveLength(1);
  expect(readResult()).toBe("now;");
});

it("waits for the process that is making it, although the result is new already", async () => {
  const lock = "node_modules/.cache/parity-the-thing.lock";
  file("build/thing.js", "half");
  mkdirSync(join(root, lock), { recursive: true });
  let isDone = false;
  const waiting = makeThing().then((outcome) => {
    isDone = true;
    return outcome;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isDone).toBe(false);
  file("build/thing.js", "whole", 0);
  rmSync(join(root, lock), { recursive: true });
  expect(await waiting).toBe("up to date");
  expect(readResult()).toBe("whole");
});

it("takes over from a process that was killed while making it", async () => {
  mkdirSync(join(root, "node_modules/.cache/parity-the-thing.lock"), { recursive: true });
  setAge("node_modules/.cache/parity-the-thing.lock");
  expect(await makeThing()).toBe("made");
});

it("fails with the output of the program, and lets the next one try", async () => {
  file("maker.cjs", "console.error('no such colour'); process.exit(3);");
  await expect(makeThing()).rejects.toThrow("Building the thing failed.\nno such colour\n");
  await expect(makeThing()).rejects.toThrow("no such colour");
});

it("uses what is there where the tools are not installed", async () => {
  file("build/thing.js", "", 500);
  rmSync(join(root, "maker.cjs"));
  expect(await makeThing()).toBe("up to date");
  rmSync(join(root, "build"), { recursive: true });
  await expect(makeThing()).rejects.toThrow("npm ci");
});

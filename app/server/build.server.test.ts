import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ensureMade, type Making } from "./build.server";

let root = "";
let said: string[] = [];
const making: Making = {
  name: "the thing",
  result: "build/thing.js",
  sources: ["app", "thing.config.ts"],
  command: ["maker.cjs", "now"],
};
const made = () => ensureMade(root, making, (message) => void said.push(message));

/** Writes a file that was last changed so many seconds ago. */
function file(path: string, text: string, secondsAgo = 100) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  const at = Date.now() / 1000 - secondsAgo;
  utimesSync(join(root, path), at, at);
}
const aged = (folder: string) =>
  utimesSync(join(root, folder), Date.now() / 1000 - 100, Date.now() / 1000 - 100);

beforeEach(() => {
  said = [];
  root = mkdtempSync(join(tmpdir(), "parity-build-"));
  const maker = `
    const fs = require("node:fs");
    fs.mkdirSync("build", { recursive: true });
    fs.appendFileSync("build/thing.js", process.argv[2] + ";");`;
  file("maker.cjs", maker);
  file("app/routes/page.tsx", "page");
  file("app/generated/client.ts", "client", 0);
  file("app/routes/page.test.tsx", "test", 0);
  aged("app/routes");
});
afterEach(() => rmSync(root, { recursive: true }));
const result = () => readFileSync(join(root, "build/thing.js"), "utf8");

it("makes what is not there, and then leaves it", async () => {
  expect(await made()).toEqual({ ok: true, built: true });
  expect(said).toEqual(["Building the thing…"]);
  expect(await made()).toEqual({ ok: true, built: false });
  expect(result()).toBe("now;");
});

it.each([
  ["a source has changed", () => file("app/routes/page.tsx", "changed", -10)],
  ["a source is gone", () => rmSync(join(root, "app/routes/page.tsx"))],
  ["its configuration has changed", () => file("thing.config.ts", "x", -10)],
])("makes it again when %s", async (_, change) => {
  file("build/thing.js", "", 50);
  expect(await made()).toMatchObject({ built: false });
  change();
  expect(await made()).toMatchObject({ built: true });
});

it("makes it once when several ask", async () => {
  const all = await Promise.all([made(), made(), made()]);
  expect(all.filter((one) => one.ok && one.built)).toHaveLength(1);
  expect(result()).toBe("now;");
});

it("takes over from a process that died while making it", async () => {
  file("node_modules/.cache/parity-the-thing.lock", "999999999");
  expect(await made()).toEqual({ ok: true, built: true });
});

it("says what the maker said when it fails, and lets the next one try", async () => {
  file("maker.cjs", "console.error('no such colour'); process.exit(3);");
  expect(await made()).toEqual({ ok: false, name: "the thing", output: "no such colour\n" });
  expect(await made()).toMatchObject({ ok: false });
});

it("takes what is there where nothing can be made", async () => {
  file("build/thing.js", "", 500);
  rmSync(join(root, "maker.cjs"));
  expect(await made()).toEqual({ ok: true, built: false });
  rmSync(join(root, "build"), { recursive: true });
  expect(await made()).toMatchObject({ ok: false, output: expect.stringContaining("npm ci") });
});

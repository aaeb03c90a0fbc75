import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { bundle } from "../../scripts/bundle.mjs";
import { makeOrExit } from "../../scripts/make.mjs";

// All benchmarks, one after another, each in its own process. `npm run bench -- full-run` runs one. They are compiled as the
// product is for production: from the sources, where the compiler keeps every function's name, a run is slower by a fifth.

/** Former names of benchmarks. */
const ALIASES = new Map([
  ["full-pass", "full-run"],
  ["tick", "incremental"],
]);
const FOLDER = "build/bench";
const argument = process.argv[2] ?? "";
const wanted = ALIASES.get(argument) ?? argument;
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".bench.ts") && file.includes(wanted))
  .map((file) => path.basename(file, ".ts"));
/**
 * They use the built pages. Made here: making them empties the folder in which benchmarks are bundled, and in a bundle the maker would
 * take a benchmark's arguments for its own.
 */
const OF_PAGES = ["hook.bench", "pages.bench", "views.bench"];
if (names.some((name) => OF_PAGES.includes(name))) await makeOrExit("pages");
const entries = Object.fromEntries(names.map((name) => [name, `e2e/bench/${name}.ts`]));
for (const name of ["sandbox-process", "pages-process"]) entries[name] = `e2e/bench/support/${name}.ts`;
await mkdir(FOLDER, { recursive: true });
await bundle({ name: "bench", entries, folder: FOLDER, external: ["fast-check"] });

for (const name of names) {
  const args = ["--enable-source-maps", path.join(FOLDER, `${name}.js`), ...process.argv.slice(3)];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}

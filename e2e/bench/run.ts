import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

// All benchmarks, one after another, each in its own process. `npm run bench -- full-run` runs one.

/** Former names of benchmarks. */
const ALIASES = new Map([
  ["full-pass", "full-run"],
  ["tick", "incremental"],
]);
const argument = process.argv[2] ?? "";
const wanted = ALIASES.get(argument) ?? argument;
const files = readdirSync(import.meta.dirname).filter(
  (name) => name.endsWith(".bench.ts") && name.includes(wanted),
);
for (const name of files) {
  const { status } = spawnSync("tsx", [`${import.meta.dirname}/${name}`, ...process.argv.slice(3)], {
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = 1;
}

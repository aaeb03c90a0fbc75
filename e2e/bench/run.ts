import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

// All benchmarks, one after another, each in a process of its own. `npm run bench -- full-pass` runs one.

const wanted = process.argv[2] ?? "";
const files = readdirSync(import.meta.dirname).filter(
  (name) => name.endsWith(".bench.ts") && name.includes(wanted),
);
for (const name of files) {
  const { status } = spawnSync("tsx", [`${import.meta.dirname}/${name}`, ...process.argv.slice(3)], {
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = 1;
}

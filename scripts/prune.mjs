import { readFileSync, rmSync } from "node:fs";
import { listProductionPackages } from "./production-packages.mjs";

// For the image: removes from node_modules everything that does not run in production.
const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const kept = listProductionPackages(lock);
const removed = Object.keys(lock.packages).filter((folder) => folder !== "" && !kept.has(folder));
for (const folder of removed) {
  const isAround = [...kept].some((other) => other.startsWith(`${folder}/`));
  if (!isAround) rmSync(folder, { recursive: true, force: true });
}
rmSync("node_modules/.bin", { recursive: true, force: true });
process.stdout.write(`Kept ${kept.size} packages, removed ${removed.length}.\n`);

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

/** The programs of one version of Parity in a folder, as its supervisor starts them. */
export type Release = {
  name: string;
  folder: string;
  /** The Node that runs them. */
  node: string;
  programs: Record<"web" | "worker" | "migrate" | "seed" | "cli", string[]>;
};

const SOURCES = {
  web: "app/server/start.ts",
  worker: "app/server/work.ts",
  migrate: "app/server/migrate.ts",
  seed: "prisma/seed.ts",
  cli: "app/cli/parity.ts",
};
const COMPILED = {
  web: "build/parity/server.js",
  worker: "build/parity/worker.js",
  migrate: "build/parity/migrate.js",
  seed: "build/parity/seed.js",
  cli: "build/parity/cli.js",
};

/** What a folder has: compiled programs, or the sources that versions before them ran. */
export function describeRelease(name: string, folder: string, node = process.execPath): Release {
  const isCompiled =
    existsSync(path.join(folder, "scripts/bundle.mjs")) || !existsSync(path.join(folder, "app"));
  const toArguments = (file: string) => (isCompiled ? [file] : ["--import", "tsx", file]);
  const files = isCompiled ? COMPILED : SOURCES;
  return {
    ...{ name, folder, node },
    programs: {
      web: toArguments(files.web),
      worker: toArguments(files.worker),
      migrate: toArguments(files.migrate),
      seed: toArguments(files.seed),
      cli: toArguments(files.cli),
    },
  };
}

/** Puts a commit into an empty folder, installs its packages and builds it, as a host does. */
export function checkOut(root: string, commit: string, folder: string): void {
  runHere(`git -C "${root}" archive ${commit} | tar -x`, folder);
  runHere("npm ci --no-audit --no-fund", folder);
  runHere("npm run build", folder);
}

function runHere(command: string, cwd: string): void {
  const { status, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", command], { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command}: exit code ${status}\n${stderr}`);
}

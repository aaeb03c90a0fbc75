import { readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import type { Plugin } from "esbuild";
import { EXTERNAL } from "../../../scripts/bundle.mjs";

/** Programs that tests start as processes, by their first files. */
export const PROGRAMS = [
  "app/cli/parity.ts",
  "app/demo/postgres/testing/owner.ts",
  "app/engine/testing/child-main.ts",
  "app/platform/testing/budget-child.ts",
  "app/server/migrate.ts",
  "app/server/start.ts",
  "app/server/testing/closing-process.ts",
  "app/server/uninstall.ts",
  "app/server/work.ts",
  "prisma/seed.ts",
] as const;
export type ProgramFile = (typeof PROGRAMS)[number];

export type Programs = { folder: string; remove(): Promise<void> };

/** The bundler that vite brings. */
const { build }: typeof import("esbuild") = createRequire(createRequire(import.meta.url).resolve("vite"))(
  "esbuild",
);

/** Sources that look for files beside themselves look there too when they are bundled. */
const sourceFolders: Plugin = {
  name: "source-folders",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]app[\\/].*\.tsx?$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, "utf8")).replaceAll(
        "import.meta.dirname",
        JSON.stringify(path.dirname(file)),
      ),
      loader: file.endsWith("x") ? "tsx" : "ts",
    }));
  },
};

/** Many packages were written for CommonJS. */
const REQUIRE = `import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);`;

/** Bundles the programs with all packages once: a process that reads each of their files starts twice as slowly. */
export async function bundlePrograms(): Promise<Programs> {
  // Inside the repository, where the packages are found.
  const folder = path.resolve(".cache", `programs-${process.pid}-${Date.now()}`);
  await build({
    entryPoints: PROGRAMS.map((file) => ({ in: file, out: toName(file) })),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    banner: { js: REQUIRE },
    logLevel: "error",
    external: EXTERNAL,
    plugins: [sourceFolders],
  });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The bundle of a program in the folder of all bundles. */
export const findBundled = (folder: string, file: ProgramFile) => path.join(folder, `${toName(file)}.mjs`);

/**
 * For Node, before the bundle: a process that lives for a second compiles what Prisma has in WebAssembly quickly, and not well. To do
 * it well takes as long as all else that such a process does.
 */
export const SHORT_LIVED = ["--liftoff-only"];

const toName = (file: string) => path.basename(file, ".ts");

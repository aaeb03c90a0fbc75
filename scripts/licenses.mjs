// @ts-check
// Which packages are in a bundle, and under which licenses: their texts must go wherever the bundle goes.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/**
 * @typedef {object} Bundled
 * @property {string} name
 * @property {string} version
 * @property {string} license As the package says it.
 * @property {string} text Its license files; empty where it has none.
 */

/**
 * The packages that files of a bundle come from, by name.
 * @param {string} root The folder with package.json.
 * @param {readonly string[]} files From `root`, as esbuild's metafile has them.
 * @returns {Promise<Bundled[]>}
 */
export async function listBundled(root, files) {
  const folders = new Set(files.flatMap((file) => findPackage(file) ?? []));
  const found = await Promise.all([...folders].map((folder) => describe(path.join(root, folder))));
  const byName = new Map(found.map((one) => [`${one.name}@${one.version}`, one]));
  return [...byName.values()].sort((a, b) => a.name.localeCompare(b.name, "en"));
}

/**
 * One text with all of them.
 * @param {readonly Bundled[]} bundled
 */
export function formatLicenses(bundled) {
  const list = bundled.map(({ name, version, license }) => `${name} ${version}: ${license}`);
  const texts = bundled
    .filter(({ text }) => text !== "")
    .map(({ name, version, text }) => `${"-".repeat(80)}\n${name} ${version}\n\n${text.trim()}\n`);
  return `These programs have other packages in them, under their own licenses.\n\n${list.join("\n")}\n\n${texts.join("\n")}`;
}

/**
 * The folder of the package that a file belongs to; null for a file of our own.
 * @param {string} file
 */
function findPackage(file) {
  const found = /^(.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file);
  return found?.[1] ?? null;
}

/**
 * @param {string} folder
 * @returns {Promise<Bundled>}
 */
async function describe(folder) {
  const { name, version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const texts = await Promise.all(
    files.map((file) => readFile(path.join(folder, file), "utf8").catch(() => "")),
  );
  return { name, version, license: license ?? "see its text", text: texts.join("\n") };
}

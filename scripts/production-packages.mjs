/**
 * What runs in production, of a package-lock.json: everything that the dependencies need, with their own optional dependencies
 * and the peers that they cannot do without. `npm prune --omit=dev` also keeps what is only an optional peer of something, which
 * are the tools that we build and test with.
 * @param {{packages: Record<string, LockedPackage>}} lock
 * @returns {Set<string>} folders such as `node_modules/pg`
 */
export function listProductionPackages({ packages }) {
  /** @type {Set<string>} */
  const kept = new Set();
  const root = packages[""] ?? {};
  const open = listNeeded(root).map((name) => ({ name, from: "" }));
  for (let next = open.pop(); next; next = open.pop()) {
    const folder = findFolder(packages, next.name, next.from);
    if (folder === null || kept.has(folder)) continue;
    kept.add(folder);
    const found = packages[folder] ?? {};
    const peers = Object.keys(found.peerDependencies ?? {}).filter(
      (peer) => !found.peerDependenciesMeta?.[peer]?.optional,
    );
    for (const name of [...listNeeded(found), ...peers]) open.push({ name, from: folder });
  }
  return kept;
}

/** @param {LockedPackage} locked */
function listNeeded({ dependencies, optionalDependencies }) {
  return [...Object.keys(dependencies ?? {}), ...Object.keys(optionalDependencies ?? {})];
}

/**
 * As Node resolves a package: from the folder of the one that imports it upwards.
 * @param {Record<string, LockedPackage>} packages
 * @param {string} name
 * @param {string} from
 * @returns {string | null}
 */
function findFolder(packages, name, from) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    const folder = `${at === "" ? "" : `${at}/`}node_modules/${name}`;
    if (packages[folder]) return folder;
    if (at === "") return null;
    if (!at.includes("/node_modules/")) {
      const top = `node_modules/${name}`;
      return packages[top] ? top : null;
    }
  }
}

/**
 * @typedef {{
 *   dependencies?: Record<string, string>,
 *   optionalDependencies?: Record<string, string>,
 *   peerDependencies?: Record<string, string>,
 *   peerDependenciesMeta?: Record<string, {optional?: boolean}>,
 * }} LockedPackage
 */

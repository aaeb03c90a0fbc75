import manifest from "../../../package.json" with { type: "json" };

/** The version of Parity that runs, as package.json and CHANGELOG.md have it. */
export const VERSION: string = manifest.version;

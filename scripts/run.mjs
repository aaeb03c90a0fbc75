// @ts-check
// For the npm scripts: makes what is missing or older than its sources, then runs a compiled program in this process.
// node scripts/run.mjs server|worker|cli|migrate|… [its arguments]
import path from "node:path";
import { pathToFileURL } from "node:url";
import { makeOrExit } from "./make.mjs";

const [, , name = ""] = process.argv;
await makeOrExit(...(name === "server" ? ["client", "pages", "server"] : ["client", "programs"]));
const program = path.resolve(import.meta.dirname, `../build/parity/${name}.js`);
// The program finds its own arguments where it always does.
process.argv.splice(1, 2, program);
await import(pathToFileURL(program).href);

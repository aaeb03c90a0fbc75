import { existsSync } from "node:fs";
import path from "node:path";
import { StartError } from "~/platform/start-error";

export const ROOT = path.resolve(import.meta.dirname, "../..");

/**
 * The npm scripts build before they start a program. A program that is started directly has to be built beforehand.
 * @throws StartError with the command that builds what is missing.
 */
export function requireBuilt(what: "client" | "pages"): void {
  const [file, command] =
    what === "client"
      ? ["app/generated/prisma/client.ts", "npm run generate"]
      : ["build/server/index.js", "npm run build"];
  if (!existsSync(path.join(ROOT, file))) throw new StartError(`${file} is missing. Run: ${command}`);
}

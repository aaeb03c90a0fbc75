import path from "node:path";

/**
 * The folder that holds `prisma/migrations` and `build`: the repository, or where the compiled programs are installed. This
 * file, and the folder build/parity into which it is bundled, are both two folders below it.
 */
export const ROOT = path.resolve(import.meta.dirname, "../..");

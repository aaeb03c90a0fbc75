import { spawn } from "node:child_process";
import { withPostgres } from "../../app/server/open-postgres.server";

// npm run prisma -- migrate dev --name what-changes: Prisma's own command line, on the embedded database when
// DATABASE_URL is not set. (Plain `npx prisma` is enough with DATABASE_URL, or for commands that need no database.)
process.exitCode = await withPostgres(process.env, async (url) => {
  const prisma = spawn("npx", ["--no", "prisma", ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, DATABASE_URL: url },
    shell: process.platform === "win32",
  });
  return new Promise<number>((resolve, reject) => {
    prisma.once("error", reject);
    prisma.once("exit", (code) => resolve(code ?? 1));
  });
});

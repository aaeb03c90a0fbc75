import { spawn } from "node:child_process";
import { withPostgres } from "../../app/demo/postgres.server";

// npm run prisma -- migrate dev --name what-changes: Prisma's own command line, on the embedded database when
// DATABASE_URL is unset. (Plain `npx prisma` does for what needs no database, or with DATABASE_URL set.)
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

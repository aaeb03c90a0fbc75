import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** The system account that PostgreSQL runs as; undefined for the account of this process. */
export type Account = { uid: number; gid: number };

/** A reason why the embedded database cannot run, in words for whoever started the program. No stack is needed. */
export class EmbeddedPostgresError extends Error {
  override name = "EmbeddedPostgresError";
}

/**
 * PostgreSQL refuses to run as root. As root, this is the owner of the data, or, for data that is not there yet, the
 * machine's `postgres` or `nobody`. Otherwise nothing: it runs as we do.
 */
export async function unprivilegedAccount(data: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(data).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await accountNamed("postgres")) ?? (await accountNamed("nobody")) ?? { uid: 65534, gid: 65534 };
}

async function accountNamed(name: string): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([execute("id", ["-u", name]), execute("id", ["-g", name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

/** Whether the account can enter a folder: every folder above it must let it pass (a checkout in /root does not). */
export async function canEnter(folder: string, account: Account | undefined): Promise<boolean> {
  if (!account) return true;
  return (await runAs(account, "/bin/sh", ["-c", 'cd "$0"', folder])).ok;
}

// Only this: our environment holds secrets, which a process of another account would show to everybody of that account.
const ownEnvironment = { PATH: "/usr/bin:/bin", LC_ALL: "C", NODE_ENV: "production" } as const;

/**
 * Runs a program to its end; its complaint, when it fails, is what it wrote to the error stream. It runs in the root
 * folder, since the account may be unable to read ours.
 */
export async function runAs(
  account: Account | undefined,
  program: string,
  args: string[],
): Promise<{ ok: true } | { ok: false; complaint: string }> {
  try {
    const env = process.platform === "win32" ? {} : { env: ownEnvironment };
    await execute(program, args, { ...account, ...env, cwd: path.parse(program).root });
    return { ok: true };
  } catch (error) {
    const stderr = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    return { ok: false, complaint: stderr || String(error) };
  }
}

import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { StartError } from "~/platform/start-error";

const execute = promisify(execFile);

/** The system account that PostgreSQL runs as; undefined for the account of this process. */
export type Account = { uid: number; gid: number };

/** A reason why the embedded database cannot run here. */
export class EmbeddedPostgresError extends StartError {
  override name = "EmbeddedPostgresError";
}

/**
 * The account to run PostgreSQL as, which refuses to run as root. For root it is the owner of the data, or, when there is
 * no data yet, the machine's `postgres` account or the one without rights. Otherwise undefined: the account of this process.
 */
export async function findUnprivilegedAccount(data: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(data).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await findAccount("postgres")) ?? (await findAccount("nobody")) ?? { uid: 65534, gid: 65534 };
}

async function findAccount(name: string): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([execute("id", ["-u", name]), execute("id", ["-g", name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

/** Whether the account can enter a folder. It must be able to enter every folder above, too (/root is closed). */
export async function canEnter(folder: string, account: Account | undefined): Promise<boolean> {
  if (!account) return true;
  return (await runAs(account, "/bin/sh", ["-c", 'cd "$0"', folder])).ok;
}

// Our own environment holds secrets, and other processes of the account could read them there.
const CHILD_ENVIRONMENT = { PATH: "/usr/bin:/bin", LC_ALL: "C", NODE_ENV: "production" } as const;

/**
 * Runs a program to its end. When it fails, `stderr` is what it wrote to the error stream. It runs in the root folder,
 * because the account may not be able to read the current one.
 */
export async function runAs(
  account: Account | undefined,
  program: string,
  args: string[],
): Promise<{ ok: true } | { ok: false; stderr: string }> {
  try {
    const env = process.platform === "win32" ? {} : { env: CHILD_ENVIRONMENT };
    await execute(program, args, { ...account, ...env, cwd: path.parse(program).root });
    return { ok: true };
  } catch (error) {
    const stderr = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    return { ok: false, stderr: stderr || String(error) };
  }
}

import { chmod, mkdtemp, readdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readBareEnvironment } from "~/cli/bare-environment";
import { findRunningDemo } from "~/demo/announcement.server";
import { openSandbox, toStripeEnvironment } from "~/demo/demo.server";
import { createDatabase } from "~/platform/client.server";
import type { StripeEnvironment } from "~/platform/env.server";
import { createLog } from "~/platform/log.server";
import { applyMigrations } from "~/platform/migrations/migrate.server";
import { StartError } from "~/platform/start-error";
import { isProcessAlive } from "~/platform/surroundings/process-alive.server";
import { openParity } from "~/server/open-parity.server";
import { type CloseHook, closeAll } from "~/server/shutdown.server";
import type { OpenedWorkplace } from "../command";

const PREFIX = "parity-audit-";
const CLOSE_MS = 15_000;

/** A PostgreSQL of its own in a temporary folder, and the engine on it; closing it leaves nothing behind. */
export async function openWorkplace(
  { sandbox }: { sandbox: boolean },
  signal: AbortSignal,
): Promise<OpenedWorkplace> {
  const log = createLog({ level: "silent" });
  const opened: CloseHook[] = [];
  const close = () => closeAll(opened.toReversed(), log, CLOSE_MS);
  try {
    const stripe = await findStripe(sandbox, opened);
    if ("message" in stripe) return { ok: false, message: stripe.message };
    const folder = await makeFolder();
    opened.push({ name: "folder", close: () => removeFolder(folder) });
    const { startEmbeddedPostgres } = await import("~/demo/postgres/embedded.server");
    const postgres = await startEmbeddedPostgres({ dir: path.join(folder, "postgres"), fast: true });
    opened.push({ name: "postgres", close: postgres.stop });
    await applyMigrations(postgres.url);
    return {
      ok: true,
      close,
      workplace: {
        url: postgres.url,
        open() {
          const db = createDatabase(postgres.url, { log });
          opened.push({ name: "database", close: () => db.$disconnect() });
          const parity = openParity({ db, stripe, sandbox, log });
          opened.push({ name: "engine", close: parity.close });
          signal.addEventListener("abort", () => parity.stop(), { once: true });
          return { db, parity };
        },
      },
    };
  } catch (error) {
    await close();
    if (error instanceof StartError) return { ok: false, message: error.message };
    throw error;
  }
}

async function findStripe(
  sandbox: boolean,
  opened: CloseHook[],
): Promise<StripeEnvironment | { message: string }> {
  if (!sandbox) {
    const { stripe } = readKey();
    if (stripe === null)
      return {
        message: "STRIPE_SECRET_KEY is required: a restricted key that may only read (rk_…) is enough.",
      };
    const mode = /^[sr]k_live_/.test(stripe.secretKey) ? "live" : "test";
    return { ...stripe, mode, checkoutKey: null, accountId: null, webhookSecret: null };
  }
  const dataDirectory = process.env.PARITY_DATA_DIR?.trim() || ".data";
  const running = await findRunningDemo(dataDirectory);
  if (running) return toStripeEnvironment(running.sandboxUrl);
  const own = await openSandbox({ dataDirectory, appUrl: null });
  opened.push({ name: "sandbox", close: own.close });
  return own.stripe;
}

/** @throws StartError when a variable is wrong, with its name. */
function readKey() {
  try {
    return readBareEnvironment(process.env);
  } catch (error) {
    throw new StartError(`The environment is not valid: ${error instanceof Error ? error.message : ""}`);
  }
}

/** Also removes what an audit left that was killed; its PostgreSQL ended with it. */
async function makeFolder(): Promise<string> {
  const root = await realpath(tmpdir());
  for (const name of await readdir(root)) {
    const owner = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : 0;
    if (owner > 0 && !isProcessAlive(owner)) await removeFolder(path.join(root, name)).catch(() => {});
  }
  const folder = await mkdtemp(path.join(root, `${PREFIX}${process.pid}-`));
  // PostgreSQL runs under an account without rights when this process is root.
  await chmod(folder, 0o711);
  return folder;
}

async function removeFolder(folder: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 } as const;
  // Where PostgreSQL's account cannot enter the temporary folder, its data is elsewhere and linked from here.
  const data = await realpath(path.join(folder, "postgres")).catch(() => null);
  if (data !== null) await rm(data, options);
  await rm(folder, options);
}

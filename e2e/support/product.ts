import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { z } from "zod";
import { makeTestFolder, removeTestFolder } from "../../app/platform/testing/folder";

const root = path.resolve(import.meta.dirname, "../..");
const startMs = 240_000;
const stopMs = 20_000;

const ready = z.object({
  url: z.url(),
  email: z.string(),
  password: z.string(),
  sandboxUrl: z.url(),
  cronSecret: z.string(),
  databaseUrl: z.string(),
});

/** The product as `npm start` starts it without any configuration. */
export type Product = z.infer<typeof ready> & {
  dataDirectory: string;
  /** What it has printed until now. */
  output(): string;
  /** Ends it as Ctrl-C does, and removes its data. */
  stop(): Promise<void>;
};

/** Starts a demo with its own data on a free port, and waits until it is ready. */
export async function startProduct(extra: Record<string, string> = {}): Promise<Product> {
  const folder = await makeTestFolder();
  const dataDirectory = path.join(folder, "data");
  const port = String(await findFreePort());
  const env: NodeJS.ProcessEnv = { ...process.env, PARITY_DATA_DIR: dataDirectory, PORT: port, ...extra };
  for (const name of ["DATABASE_URL", "STRIPE_SECRET_KEY", "APP_URL"]) if (!(name in extra)) delete env[name];

  const args = ["scripts/run.mjs", "server"];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const keep = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const stop = async () => {
    await end(child);
    await removeTestFolder(folder);
  };
  try {
    const facts = await readWhenReady(path.join(dataDirectory, "ready.json"), child);
    return { ...facts, dataDirectory, output: () => output, stop };
  } catch (error) {
    await stop();
    throw new Error(`${String(error)}\n${output}`);
  }
}

async function readWhenReady(file: string, child: ChildProcess): Promise<z.infer<typeof ready>> {
  const deadline = Date.now() + startMs;
  while (Date.now() < deadline) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (text.trimEnd().endsWith("}")) return ready.parse(JSON.parse(text));
    if (child.exitCode !== null) throw new Error(`The product ended with exit code ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The product was not ready after ${startMs / 1000} s`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopMs);
  await gone;
  clearTimeout(timer);
}

/** A port on this machine that nothing listens on. */
export async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

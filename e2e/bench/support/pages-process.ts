import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import type { ServerBuild } from "@remix-run/node";
import { z } from "zod";
import { startLiveServer } from "../../../app/server/testing/live-server";

/** The web server runs in its own process, so that only it is measured. */
export type PagesOptions = { databaseUrl: string; stripeUrl: string; secretKey: string };

const started = z.object({ url: z.string(), cookie: z.string() });
/** Milliseconds; processor time in microseconds. */
const measured = z.object({
  processor: z.number(),
  delayP50: z.number(),
  delayP99: z.number(),
  delayMax: z.number(),
});
const ran = z.object({ seconds: z.number(), success: z.boolean() });

export type PagesProcess = Awaited<ReturnType<typeof startPagesProcess>>;

/** Starts the built web server, with a member of staff signed in. */
export async function startPagesProcess(options: PagesOptions) {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(options)], {
    // React is several times slower without it.
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const receive = async <T>(schema: z.ZodType<T>): Promise<T> => {
    for (;;) {
      const [message] = await once(child, "message");
      const parsed = schema.safeParse(message);
      if (parsed.success) return parsed.data;
    }
  };
  const { url, cookie } = await receive(started);
  return {
    url,
    cookie,
    /** Measures the process until `work` is done. */
    async measure<T>(work: () => Promise<T>) {
      child.send("begin");
      const value = await work();
      child.send("end");
      return { value, ...(await receive(measured)) };
    },
    /** A full run in the web process, as its cron call does it. */
    async runInProcess() {
      child.send("run");
      return receive(ran);
    },
    stop: () => void child.kill(),
  };
}

/** Milliseconds. The monitor's own pace is in what it measures. */
const PACE_MS = 5;

async function main({ databaseUrl, stripeUrl, secretKey }: PagesOptions): Promise<void> {
  const { createDatabase } = await import("../../../app/platform/client.server");
  const build: ServerBuild = await import(path.resolve("build/server/index.js"));
  const db = createDatabase(databaseUrl, { connectTimeoutMs: 60_000 });
  const server = await startLiveServer({ db, stripeUrl, sandbox: { secretKey } }, build);
  const cookie = await server.signIn("bench@example.org", "admin");
  const delay = monitorEventLoopDelay({ resolution: PACE_MS });
  const toMs = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - PACE_MS);
  let before = process.cpuUsage();
  // Ends with the benchmark, also when that is killed.
  process.once("disconnect", () => process.exit());
  process.on("message", async (order) => {
    if (order === "begin") {
      before = process.cpuUsage();
      delay.reset();
      delay.enable();
    } else if (order === "end") {
      delay.disable();
      const { user, system } = process.cpuUsage(before);
      const [delayP50, delayP99] = [toMs(delay.percentile(50)), toMs(delay.percentile(99))];
      process.send?.({ processor: user + system, delayP50, delayP99, delayMax: toMs(delay.max) });
    } else if (order === "run") {
      const startedAt = performance.now();
      for (;;) {
        const { done, success } = await server.parity.runs.cron({ budgetMs: 300_000, scope: "full" });
        if (done) {
          process.send?.({ seconds: (performance.now() - startedAt) / 1000, success });
          return;
        }
      }
    }
  });
  process.send?.({ url: `http://127.0.0.1:${server.port}`, cookie });
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send)
  await main(JSON.parse(process.argv[2] ?? "{}"));

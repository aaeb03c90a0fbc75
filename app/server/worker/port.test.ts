import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWorld, type World } from "~/engine/testing/world";
import { createLog } from "~/platform/log.server";
import { StartError } from "~/platform/start-error";
import type { Listener } from "../listener.server";
import { startWorker, type Worker } from "../worker.server";
import { answerForWorker, openWorkerPort, readWorkerPort } from "./port.server";

const TOKEN = "metrics-token-of-the-worker";
let world: World;
let worker: Worker;
let listener: Listener;

beforeAll(async () => {
  world = await createWorld();
  listener = await openWorkerPort(0, "127.0.0.1");
});
afterAll(async () => {
  listener.server.closeAllConnections();
  await new Promise((closed) => listener.server.close(closed));
  await world.close();
});

const ask = async (path: string, token?: string) => {
  const headers = token === undefined ? undefined : { Authorization: `Bearer ${token}` };
  const response = await fetch(`http://127.0.0.1:${listener.port}${path}`, { headers });
  return { status: response.status, body: await response.text() };
};

describe("the port of a worker", () => {
  it("answers that the process lives, and that it is not ready, while it starts", async () => {
    expect((await ask("/healthz")).status).toBe(200);
    expect((await ask("/readyz")).status).toBe(503);
  });

  it("answers for its health and its metrics, and for nothing else", async () => {
    const { db, url, parity } = world;
    const log = createLog({ level: "silent" });
    worker = await startWorker({ databaseUrl: url, db, parity, log, concurrency: 1, clock: false });
    listener.handle(
      answerForWorker({
        isWorking: worker.isWorking,
        ready: () => parity.database.check(),
        metrics: parity.metrics,
        metricsToken: TOKEN,
      }),
    );
    expect(await ask("/healthz")).toEqual({ status: 200, body: '{"ok":true,"working":true}' });
    expect(await ask("/readyz")).toEqual({ status: 200, body: '{"ok":true}' });
    expect((await ask("/metrics")).status).toBe(401);
    expect((await ask("/metrics", "another token")).status).toBe(401);
    const { status, body } = await ask("/metrics", TOKEN);
    expect(status).toBe(200);
    expect(body).toMatch(/parity_workers 1\n/);
    expect((await ask("/")).status).toBe(404);
    const posted = await fetch(`http://127.0.0.1:${listener.port}/healthz`, { method: "POST" });
    expect(posted.status).toBe(405);
  });

  it("is not ready once the worker takes no more jobs", async () => {
    await worker.stop();
    expect((await ask("/readyz")).status).toBe(503);
    expect(await ask("/healthz")).toEqual({ status: 200, body: '{"ok":true,"working":false}' });
  });

  it("is that of the command line, else that of the environment", async () => {
    expect(readWorkerPort(["--port", "9464"], 1)).toBe(9_464);
    expect(readWorkerPort([], 9_465)).toBe(9_465);
    expect(readWorkerPort([], null)).toBeNull();
    for (const args of [["--port", "99999"], ["--port"], ["--color"]])
      expect(() => readWorkerPort(args, null)).toThrow(StartError);
    await expect(openWorkerPort(listener.port, "127.0.0.1")).rejects.toThrow(/WORKER_PORT/);
  });
});

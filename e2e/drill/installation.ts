import { spawn } from "node:child_process";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import Stripe from "stripe";
import type { World } from "../../app/engine/testing/world";
import { findFreePort } from "../support/product";

// What drills share: the built programs as processes on a world, a way to take their database away, and Stripe's deliveries.

export const CRON_SECRET = "cron-secret-of-the-drill";
export const METRICS_TOKEN = "metrics-token-of-the-drill";
export const WEBHOOK_SECRET = "whsec_0123456789abcdef0123456789abcdef";
export const STRIPE_KEY = "sk_test_51Drill0123456789abcdefgh";
const { webhooks } = new Stripe("sk_test_unused");

export type Program = {
  send(signal: NodeJS.Signals): void;
  /** Sends the signal, and resolves when the process has ended. */
  end(signal: NodeJS.Signals): Promise<void>;
};
export type StartOptions = { env?: NodeJS.ProcessEnv; print: (line: string) => void };

export function startProgram(
  program: string,
  args: readonly string[],
  { env, print }: StartOptions,
): Program {
  const child = spawn(program, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  const gone = new Promise<void>((resolve) =>
    child.once("exit", (code) => {
      if (code) print(`${args[0]} ended with ${code}: ${said}`);
      resolve();
    }),
  );
  return {
    send: (signal) => void child.kill(signal),
    async end(signal) {
      child.kill(signal);
      await gone;
    },
  };
}

/** The environment of the built programs on a world, with a port for each kind of process. */
export async function describeInstallation(world: Pick<World, "stripeUrl">, databaseUrl: string) {
  const ports = { web: await findFreePort(), worker: await findFreePort(), asleep: await findFreePort() };
  const environment = {
    ...{ PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: "production" as const, LOG_LEVEL: "warn" },
    ...{ CRON_SECRET, METRICS_TOKEN, STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET, STRIPE_SECRET_KEY: STRIPE_KEY },
    ...{ DATABASE_URL: databaseUrl, STRIPE_API_BASE: world.stripeUrl },
    ...{ PORT: String(ports.web), WORKER_PORT: String(ports.worker) },
    APP_SECRET: "4f1a8c0be27d93651f0a7c4d8b2e6935",
    APP_URL: `http://127.0.0.1:${ports.web}`,
  };
  return { ports, environment };
}

/** 0 when there was no answer. */
export async function getStatus(url: string, headers: Record<string, string> = {}): Promise<number> {
  return fetch(url, { headers, signal: AbortSignal.timeout(60_000) }).then(
    ({ status }) => status,
    () => 0,
  );
}

/** Looks again and again; the seconds until it was so, or null when patience was over. */
export async function waitUntil(isSo: () => Promise<boolean>, patienceMs: number): Promise<number | null> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < patienceMs) {
    if (await isSo()) return (performance.now() - startedAt) / 1_000;
    await wait(500);
  }
  return null;
}

/** Stands between the programs and PostgreSQL. While it is shut their database is away: connections break, and none is made. */
export async function openGate(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    return socket;
  };
  const gate = createServer((client) => {
    const server = keep(connect(Number(target.port), target.hostname));
    keep(client).pipe(server).pipe(client);
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
  });
  const port = await findFreePort();
  const open = () => new Promise<void>((resolve) => gate.listen(port, "127.0.0.1", resolve));
  await open();
  const url = new URL(databaseUrl);
  url.port = String(port);
  return {
    url: url.toString(),
    open,
    shut: () =>
      new Promise<void>((resolve) => {
        gate.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

let deliveries = 0;

/** Delivers an event about a customer as Stripe does, signed with this secret. The status of the answer. */
export async function deliver(appUrl: string, customer: string, secret = WEBHOOK_SECRET): Promise<number> {
  deliveries += 1;
  const payload = JSON.stringify({
    ...{ id: `evt_drill${deliveries}`, object: "event", type: "customer.updated", livemode: false },
    ...{ api_version: "2026-10-28.endive", created: Math.floor(Date.now() / 1_000) },
    data: { object: { id: customer, object: "customer" } },
  });
  const signature = webhooks.generateTestHeaderString({ payload, secret });
  const response = await fetch(`${appUrl}/api/stripe/webhook`, {
    method: "POST",
    headers: { "Stripe-Signature": signature, "Content-Type": "application/json" },
    body: payload,
  });
  return response.status;
}

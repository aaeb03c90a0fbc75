import { once } from "node:events";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { ServerBuild } from "@remix-run/node";
import { createErrorBody, readErrorStatus } from "~/http/errors";
import { createDatabase } from "~/platform/client.server";
import { createProcessLog } from "~/platform/database/state.server";
import {
  describeProblems,
  type Environment,
  type EnvironmentReading,
  readEnvironment,
} from "~/platform/env.server";
import type { LogOptions } from "~/platform/log.server";
import { listPendingMigrationsOn } from "~/platform/migrations/migrate.server";
import { StartError } from "~/platform/start-error";
import { startTracing, type Tracing } from "~/platform/tracing/start-tracing.server";
import { type Application, openApplication } from "../application.server";
import { describePending } from "../require-database.server";
import { closeAll } from "../shutdown.server";
import { findWaitUntil } from "./wait-until.server";

/** Parity as a function that answers requests, without a port of its own. */
export type Handler = RequestListener & {
  /** Resolves when nothing is left to do behind the answers that were given. */
  settled(): Promise<void>;
  /** Hands runs over, waits for what else is left to do, and closes everything. A request that comes later opens it again. */
  close(): Promise<void>;
};

export type HandlerOptions = {
  /** Remix's build of the pages. */
  build: () => Promise<ServerBuild>;
  /** The folder of the files for the browser; null where the host serves them itself. */
  assets: string | null;
  destination?: LogOptions["destination"];
};

type Variables = Record<string, string | undefined>;
type Opened = { application: Application; idle: () => Promise<void>; close: () => Promise<void> };

/** Each instance has its own, and a host may start hundreds: PgBouncer, or the provider's pooler, belongs in front. */
const POOL = { poolSize: 5, idleTimeoutMs: 1_000 };
/** After a failed opening the next one waits, so that a database that is away is not asked by each request. Milliseconds. */
const OPEN_AGAIN_MS = 1_000;
const ALERTS_EVERY_MS = 60_000;

/**
 * The whole product for a host that calls a function (Vercel, AWS Lambda) or for a server that answers other requests too.
 * Nothing is opened before the first request. Where no process stays alive, what is left to do behind an answer is handed to the
 * host's `waitUntil`; where there is none, the caller waits for `settled` before it lets the process be frozen.
 */
export function createHandler(variables: Variables, options: HandlerOptions): Handler {
  const reading = readVariables(variables);
  const logLevel = reading.ok ? reading.environment.logLevel : "info";
  const { log, databaseState } = createProcessLog({ level: logLevel, destination: options.destination });
  const behind = new Set<Promise<unknown>>();
  let opening: Promise<Opened> | null = null;

  function open(): Promise<Opened> {
    opening ??= openAll().catch(async (error: unknown) => {
      const problem = error instanceof StartError ? { reason: error.message } : { err: error };
      log.error(problem, "not ready to answer requests");
      setTimeout(() => {
        opening = null;
      }, OPEN_AGAIN_MS).unref();
      throw error;
    });
    return opening;
  }

  async function openAll(): Promise<Opened> {
    if (!reading.ok)
      throw new StartError(
        `Parity cannot start with this environment:\n${describeProblems(reading.problems)}`,
      );
    const { environment } = reading;
    const { databaseUrl, stripe } = environment;
    if (databaseUrl === null || stripe === null) throw new StartError(NO_DEMO);
    const db = createDatabase(databaseUrl, { log, ...(!environment.staysAlive && POOL) });
    const pending = await listPendingMigrationsOn(db).catch(async (error: unknown) => {
      await db.$disconnect();
      throw error;
    });
    if (pending.length > 0) {
      await db.$disconnect();
      throw new StartError(describePending(pending));
    }
    const tracing = await startTracing(environment.tracesEndpoint, log);
    const application = openApplication({
      ...{ environment, db, databaseUrl, stripe, sandbox: false, log, databaseState },
      pages: { build: await options.build(), assets: options.assets },
    });
    await application.startWorker();
    return {
      application,
      idle: createIdle(application, environment, tracing),
      close: async () => {
        const traces = tracing ? [{ name: "traces", close: tracing.close }] : [];
        const hooks = [...traces, { name: "database", close: () => db.$disconnect() }, ...application.hooks];
        await closeAll(hooks.toReversed(), log, 10_000);
      },
    };
  }

  /** Finishes what the answers left behind, and has the connections closed: a frozen process would find them dead. */
  function createIdle(
    { parity }: Application,
    { staysAlive }: Environment,
    tracing: Tracing | null,
  ): () => Promise<void> {
    let lookedAt = Number.NEGATIVE_INFINITY;
    async function lookForAlerts(): Promise<void> {
      if (performance.now() - lookedAt < ALERTS_EVERY_MS) return;
      lookedAt = performance.now();
      await parity.alerts.checkEachMinute();
    }
    return async () => {
      if (!staysAlive)
        await parity.workspace
          .takeRequests()
          .catch((err: unknown) => log.warn({ err }, "requested checks not taken up"));
      await parity.settle();
      if (staysAlive) return;
      await lookForAlerts().catch((err: unknown) => log.warn({ err }, "alerts not checked"));
      await Promise.all([tracing?.flush(), wait(POOL.idleTimeoutMs + 100)]);
    };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const opened = await open().catch(() => null);
    if (opened === null) return answerNotReady(request, response);
    opened.application.server.handle(request, response);
    if (!response.writableFinished && !response.destroyed) await once(response, "close");
    await opened.idle();
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const work = answer(request, response).catch((err: unknown) =>
      log.error({ err }, "work behind an answer failed"),
    );
    behind.add(work);
    void work.finally(() => behind.delete(work));
    findWaitUntil()?.(work);
  }

  async function settled(): Promise<void> {
    while (behind.size > 0) await Promise.all(behind);
  }

  return Object.assign(handle, {
    settled,
    async close() {
      const opened = await opening?.catch(() => null);
      opening = null;
      // Runs are handed over: they might go on for minutes.
      opened?.application.parity.stop();
      await settled();
      await opened?.close();
    },
  });
}

/** The process lives; whatever else is asked for has to wait. Why is in the log: it names variables and addresses. */
function answerNotReady({ url }: IncomingMessage, response: ServerResponse): void {
  const isHealthCheck = url === "/healthz";
  response.writeHead(isHealthCheck ? 200 : readErrorStatus("unavailable"), {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    ...(isHealthCheck ? {} : { "Retry-After": "5" }),
  });
  const message = "Parity is not ready. Its log says why.";
  response.end(JSON.stringify(isHealthCheck ? { ok: true } : createErrorBody("unavailable", { message })));
}

const NO_DEMO = "are required here; the demo is a process of its own: npm start";

function readVariables(variables: Variables): EnvironmentReading {
  try {
    return readEnvironment(variables, () => {
      throw new StartError(NO_DEMO);
    });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const variable = "DATABASE_URL, STRIPE_SECRET_KEY";
    return { ok: false, problems: [{ variable, message: error.message }] };
  }
}

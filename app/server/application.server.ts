import type { ServerBuild } from "@remix-run/node";
import type { RequestHandler } from "express";
import { createCustomerAuth } from "~/auth/customer.server";
import { createEndedSessions } from "~/auth/ended-sessions.server";
import { createStaffAuth } from "~/auth/staff.server";
import type { Database } from "~/platform/client.server";
import type { DatabaseState } from "~/platform/database/state.server";
import type { Environment, StripeEnvironment } from "~/platform/env.server";
import type { Log } from "~/platform/log.server";
import { describeSurroundings } from "~/platform/surroundings/surroundings.server";
import { openParity } from "./open-parity.server";
import type { CloseHook } from "./shutdown.server";
import { createServer } from "./web-server";
import { startWorker } from "./worker.server";

export type ApplicationOptions = {
  environment: Environment;
  db: Database;
  databaseUrl: string;
  stripe: StripeEnvironment;
  /** The built-in sandbox stands in for Stripe. */
  sandbox: boolean;
  log: Log;
  /** What this process knows of its database: its log tells. */
  databaseState: DatabaseState;
  pages: {
    build: ServerBuild | (() => Promise<ServerBuild>);
    /** The folder of the files for the browser; null where the host serves them itself. */
    assets: string | null;
    /** Vite's own handler, in development. */
    development?: RequestHandler;
  };
};

export type Application = ReturnType<typeof openApplication>;

/** Beside the requests that this process answers; `npm run worker` takes more. */
const JOBS_AT_ONCE = 2;

/**
 * The engine, the sign-in and the web server, bound to a database and a Stripe key. In development Vite loads this module
 * and everything that it imports, again whenever one of the files changes; the database, the sandbox and the port stay.
 */
export function openApplication(options: ApplicationOptions) {
  const { environment, db, databaseUrl, stripe, sandbox, log, databaseState, pages } = options;
  const { staysAlive, requestSeconds, alertWebhookUrl: webhookUrl, appUrl } = environment;
  const surroundings = describeSurroundings(environment, databaseUrl);
  const alerts = { webhookUrl, appUrl };
  const parity = openParity({
    ...{ db, stripe, sandbox, staysAlive, requestSeconds, log, databaseState, surroundings, alerts },
  });
  const staffAuth = createStaffAuth({ db, environment, log });
  const server = createServer({
    environment,
    log,
    parity,
    staffAuth,
    customerAuth: createCustomerAuth({
      environment,
      endedSessions: createEndedSessions(db),
      now: Date.now,
      log,
    }),
    ready: () => parity.database.check(),
    ...pages,
  });
  /** What has to be closed, in the order in which it was opened. The web server is closed by its owner. */
  const hooks: CloseHook[] = [{ name: "engine", close: () => parity.close() }];
  return {
    parity,
    staffAuth,
    server,
    hooks,
    /** Takes jobs from the queue, where this process stays alive between requests. */
    async startWorker(): Promise<void> {
      if (!staysAlive) return;
      const worker = await startWorker({
        databaseUrl,
        db,
        parity,
        log,
        concurrency: JOBS_AT_ONCE,
        clock: false,
      });
      hooks.push({ name: "worker", close: worker.stop });
    },
  };
}

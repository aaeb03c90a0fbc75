import type { CustomerAuth } from "~/auth/customer.server";
import type { StaffAuth } from "~/auth/staff.server";
import type { Parity } from "~/facade/parity.server";
import type { Readiness } from "~/platform/database/monitor.server";
import type { Environment } from "~/platform/env.server";
import type { Log } from "~/platform/log.server";

import type { Sender } from "./same-origin";

/** The part of the environment that routes can read. */
export type RouteEnvironment = Pick<Environment, "mode" | "appUrl" | "cronSecret" | "metricsToken"> & {
  /** Whether staff may sign in through an identity provider. */
  singleSignOn: boolean;
  /** How many seconds a call of the scheduler may work, where the host ends it after a while; null: as long as it asks for. */
  workSeconds?: number | null;
};

/** What the server provides to all requests. */
export type Services = {
  parity: Parity;
  staffAuth: StaffAuth;
  customerAuth: CustomerAuth;
  environment: RouteEnvironment;
  /** Whether this process can work: the database answers and its schema is up to date. */
  ready: () => Promise<Readiness>;
};

/** What a route gets from the server, as Remix's load context. */
export type RequestContext = Services & {
  log: Log;
  requestId: string;
  /** The address of the caller; headers of proxies count only for TRUSTED_PROXIES. */
  clientAddress: string;
  cspNonce: string;
  /**
   * What the browser says about the page that sent the request. The server removes these headers from the request, because
   * Remix would answer 500 when a demo is opened as 127.0.0.1, or when another site posts to a route that allows it.
   */
  sender: Sender;
};

declare module "@remix-run/node" {
  interface AppLoadContext extends RequestContext {}
}

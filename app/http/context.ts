import type { CustomerAuth } from "~/auth/customer.server";
import type { StaffAuth } from "~/auth/staff.server";
import type { Parity } from "~/facade/parity.server";
import type { Environment } from "~/platform/env.server";
import type { Log } from "~/platform/log.server";

import type { Sender } from "./same-origin";

export type Readiness = { ok: true } | { ok: false; reason: string };

/** What of the environment routes may see. */
export type RouteEnvironment = Pick<Environment, "mode" | "appUrl" | "cronSecret" | "metricsToken"> & {
  /** Whether staff may sign in through an identity provider. */
  singleSignOn: boolean;
};

/** What the composition root hands to all requests. */
export type Services = {
  parity: Parity;
  staffAuth: StaffAuth;
  customerAuth: CustomerAuth;
  environment: RouteEnvironment;
  /** Whether this process can do its work now: database reachable, schema not behind. */
  ready: () => Promise<Readiness>;
};

/** What a route gets from the server, by Remix's load context. */
export type RequestContext = Services & {
  log: Log;
  requestId: string;
  /** The caller's address, as far as TRUSTED_PROXIES lets us believe it. */
  clientAddress: string;
  cspNonce: string;
  /**
   * What the browser says of the page that sent this. The server takes it out of the headers, since Remix would answer
   * with a 500 where a demo is opened as 127.0.0.1, or where another site may post on purpose.
   */
  sender: Sender;
};

declare module "@remix-run/node" {
  interface AppLoadContext extends RequestContext {}
}

import type { Client } from "pg";
import type { Deps } from "~/engine/evaluate/deps.server";
import type { DatabaseMonitor } from "~/platform/database/monitor.server";
import type { Log } from "~/platform/log.server";
import type { Surroundings } from "~/platform/surroundings/surroundings.server";
import type { CheckoutClient } from "~/stripe/checkout.server";
import type { DoctorGroup, Finding } from "./groups";

export type { DoctorGroup, Finding } from "./groups";

/** The application as it is opened on a database that is up to date. */
export type Installed = Omit<Deps, "log"> & {
  /** Null without STRIPE_CHECKOUT_KEY. */
  checkout: CheckoutClient | null;
  database: Pick<DatabaseMonitor, "check">;
  /** STRIPE_WEBHOOK_SECRET is set. */
  takesWebhooks: boolean;
};

export type DoctorContext = {
  surroundings: Surroundings;
  /** Null: it could not be opened, and `opening` says why. */
  installed: Installed | null;
  opening: string | null;
  log: Log;
};

type Base = { id: string; group: DoctorGroup; title: string };
type Found = Promise<Finding[]>;

/** One thing that the doctor looks at, with what it needs for it. It may throw, and may take too long. */
export type DoctorCheck = Base &
  (
    | { needs: "nothing"; look(context: DoctorContext): Found }
    /** A connection of its own, so that it works on a database without Parity's tables. */
    | { needs: "database"; look(client: Pick<Client, "query">, context: DoctorContext): Found }
    | { needs: "installation"; look(installed: Installed, context: DoctorContext): Found }
    /** The same, and it asks Stripe. */
    | { needs: "stripe"; look(installed: Installed, context: DoctorContext): Found }
  );

/** A check of one kind, with the arguments of `look` known by what it needs. */
export const defineCheck = (check: DoctorCheck): DoctorCheck => check;

export const ok = (text: string): Finding => ({ level: "ok", text, remedy: null });
export const warning = (text: string, remedy: string | null): Finding => ({ level: "warning", text, remedy });
export const problem = (text: string, remedy: string | null): Finding => ({ level: "problem", text, remedy });
export const unknown = (text: string, remedy: string | null): Finding => ({ level: "unknown", text, remedy });

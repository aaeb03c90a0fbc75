import type { Environment, EnvironmentProblem } from "~/platform/env.server";

/** What is around a process, for a person who looks for a fault in it. Never a secret: only how long it is. */
export type Surroundings = {
  /** Null: the program that looks knows no database. */
  databaseUrl: string | null;
  /** The public origin; null when it is not known. */
  appUrl: string | null;
  /** Its customers and staff are made up: the address need not be safe. */
  isDemo: boolean;
  /** False where no process lives between requests: none takes jobs, and that is right. */
  staysAlive: boolean;
  /** `v22.1.0` */
  nodeVersion: string;
  timeZone: string;
  /** The length of each secret that is set. */
  secrets: readonly { variable: string; length: number }[];
  /** What is wrong with the environment; nothing is opened while there is something. */
  problems: readonly EnvironmentProblem[];
  /** Now by this process's clock, epoch seconds. */
  now: () => number;
};

/** Of a process without an environment that is known, as in tests. */
export function createSurroundings(given: Partial<Surroundings> = {}): Surroundings {
  return {
    ...{ databaseUrl: null, appUrl: null, isDemo: false, staysAlive: true, secrets: [], problems: [] },
    nodeVersion: process.version,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    now: () => Date.now() / 1000,
    ...given,
  };
}

/** `databaseUrl`: of the database that was opened, which may be the embedded one. */
export function describeSurroundings(environment: Environment, databaseUrl: string | null): Surroundings {
  const { appUrl, staysAlive, appSecret, cronSecret, metricsToken, customerTokens, mode } = environment;
  const secrets = {
    ...{ APP_SECRET: appSecret, CRON_SECRET: cronSecret, METRICS_TOKEN: metricsToken },
    WORKSPACE_JWT_SECRET: customerTokens?.kind === "secret" ? customerTokens.secret : null,
  };
  return createSurroundings({
    ...{ databaseUrl, appUrl, staysAlive, isDemo: mode === "demo" },
    secrets: Object.entries(secrets).flatMap(([variable, value]) =>
      value === null ? [] : [{ variable, length: value.length }],
    ),
  });
}

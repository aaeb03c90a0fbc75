import { z } from "zod";
import * as field from "./env-fields.server";

/** How the customer-facing application signs the tokens of its customers. */
export type CustomerTokens =
  | { kind: "secret"; secret: string; audience: string; maxHours: number }
  | { kind: "jwks"; url: string; audience: string; maxHours: number };

export type SingleSignOn = {
  issuer: string;
  clientId: string;
  clientSecret: string;
  allowedDomain: string | null;
};

export type StripeEnvironment = {
  secretKey: string;
  mode: "test" | "live";
  checkoutKey: string | null;
  /** An origin to use instead of Stripe's; null for Stripe itself. */
  apiBase: string | null;
  accountId: string | null;
  webhookSecret: string | null;
  /** The limit for background reads, per endpoint. */
  readsPerSecond: number;
};

export type Environment = {
  /** `demo`: embedded database, built-in sandbox, generated secrets. Anything else is `production`. */
  mode: "demo" | "production";
  dataDirectory: string;
  /**
   * Whether this process stays alive between requests. Where it does not (serverless), no worker takes jobs from the
   * queue: a webhook's request settles its event itself, and the next scheduled run does the rest.
   */
  staysAlive: boolean;
  /** Where it does not: how long the host lets a request work, in seconds. */
  requestSeconds: number;
  /** null: the embedded database in `dataDirectory`. */
  databaseUrl: string | null;
  /** null in the demo only, where the sandbox stands in for Stripe. */
  stripe: StripeEnvironment | null;
  appSecret: string;
  /** The public origin, without a trailing slash. */
  appUrl: string;
  cronSecret: string | null;
  metricsToken: string | null;
  /** Where alerts are posted; a secret. */
  alertWebhookUrl: string | null;
  customerTokens: CustomerTokens | null;
  singleSignOn: SingleSignOn | null;
  trustedProxies: field.TrustedProxies;
  /** The address to listen on; null: all of this machine. The demo listens on loopback unless HOST says otherwise. */
  host: string | null;
  port: number;
  /** Where a worker answers for its health and its metrics; null: nowhere. */
  workerPort: number | null;
  /** Where spans are posted, of OpenTelemetry; null: none are made. */
  tracesEndpoint: string | null;
  logLevel: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
};

/** The secrets that production has to set and the demo generates. The composition root stores them. */
export type DemoSecrets = {
  appSecret: string;
  cronSecret: string;
  metricsToken: string;
  customerTokenSecret: string;
  adminPassword: string;
};

export type EnvironmentProblem = { variable: string; message: string };
export type EnvironmentReading =
  | { ok: true; environment: Environment }
  | { ok: false; problems: EnvironmentProblem[] };

const variables = z.object({
  DATABASE_URL: field.databaseUrl.optional(),
  STRIPE_SECRET_KEY: field.stripeKey.optional(),
  STRIPE_CHECKOUT_KEY: field.stripeKey.optional(),
  STRIPE_API_BASE: field.origin.optional(),
  STRIPE_ACCOUNT_ID: field.accountId.optional(),
  STRIPE_WEBHOOK_SECRET: field.webhookSecret.optional(),
  STRIPE_READS_PER_SECOND: field.readsPerSecond.optional(),
  CRON_SECRET: field.createSecretField(16).optional(),
  METRICS_TOKEN: field.createSecretField(16).optional(),
  ALERT_WEBHOOK_URL: field.webhookTarget.optional(),
  APP_SECRET: field.createSecretField(32).optional(),
  APP_URL: field.publicOrigin.optional(),
  WORKSPACE_JWT_SECRET: field.createSecretField(32).optional(),
  WORKSPACE_JWKS_URL: field.secureUrl.optional(),
  WORKSPACE_JWT_AUDIENCE: z.string().optional(),
  WORKSPACE_JWT_MAX_HOURS: field.tokenHours.default(24),
  OIDC_ISSUER: field.secureUrl.optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_ALLOWED_DOMAIN: field.domain.optional(),
  TRUSTED_PROXIES: field.trustedProxies.optional(),
  PORT: field.port.default(3000),
  WORKER_PORT: field.port.optional(),
  // OpenTelemetry's own names. Its SDK reads further ones by itself.
  OTEL_EXPORTER_OTLP_ENDPOINT: field.collector.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: field.collector.optional(),
  OTEL_SDK_DISABLED: z.string().optional(),
  HOST: field.host.optional(),
  LOG_LEVEL: field.logLevel.default("info"),
  PARITY_DATA_DIR: z.string().default(".data"),
  PARITY_STAYS_ALIVE: field.yesOrNo.optional(),
  PARITY_REQUEST_SECONDS: field.requestSeconds.default(60),
  PARITY_DEMO: z.literal("1", { error: "should be 1, or unset" }).optional(),
  NODE_ENV: z.string().optional(),
  ...field.hostFields,
});

type Variables = z.infer<typeof variables>;
type Given = { [variable in keyof Variables]?: string };

/**
 * Reads and checks the whole environment; no other code reads it. An empty variable counts as unset. `demoSecrets` is
 * called only in the demo. Returns all problems at once, each with the variable's name and what it should look like, and
 * never with its value.
 */
export function readEnvironment(
  source: Record<string, string | undefined>,
  demoSecrets: (dataDirectory: string) => DemoSecrets,
): EnvironmentReading {
  const given = readGiven(source);
  const parsed = variables.safeParse(given);
  const problems = [...findCombinedProblems(given)];
  if (!parsed.success) {
    for (const issue of parsed.error.issues)
      problems.unshift({ variable: String(issue.path[0]), message: issue.message });
  }
  if (!parsed.success || problems.length > 0) return { ok: false, problems };
  return { ok: true, environment: toEnvironment(parsed.data, demoSecrets) };
}

function readGiven(source: Record<string, string | undefined>): Given {
  const given: Given = {};
  for (const variable of variables.keyof().options) {
    const value = source[variable]?.trim();
    if (value) given[variable] = value;
  }
  return given;
}

/** For programs that read nothing but DATABASE_URL: why they must not take the demo's database instead; null when they may. */
export function findLostEnvironment(source: Record<string, string | undefined>): string | null {
  const [problem] = findLost(readGiven(source));
  return problem ? describeProblems([problem]).trim() : null;
}

/** The problems as lines for a terminal, one per problem. */
export function describeProblems(problems: EnvironmentProblem[]): string {
  return problems.map(({ variable, message }) => `  ${variable}: ${message}`).join("\n");
}

/** Rules between variables. They check the raw values, so that these problems are listed together with wrong values. */
function* findCombinedProblems(given: Given): Generator<EnvironmentProblem> {
  const demo = isDemo(given);
  const key = given.STRIPE_SECRET_KEY ?? "";
  yield* findLost(given);
  if (given.DATABASE_URL && !key)
    yield {
      variable: "STRIPE_SECRET_KEY",
      message:
        "is required together with DATABASE_URL (sk_test_…, sk_live_…, or a restricted rk_…). Unset both for the demo",
    };
  if (!demo && !given.APP_SECRET)
    yield {
      variable: "APP_SECRET",
      message: "is required: at least 32 random characters (openssl rand -hex 32)",
    };
  if (!demo && !given.APP_URL)
    yield {
      variable: "APP_URL",
      message: "is required: the public origin, for example https://parity.example.com",
    };
  if (/^[sr]k_live_/.test(key) && given.STRIPE_API_BASE && !field.isLoopbackUrl(given.STRIPE_API_BASE))
    yield {
      variable: "STRIPE_API_BASE",
      message:
        "is refused with a live key unless it is a loopback address, for example http://127.0.0.1:12111",
    };
  if (
    given.STRIPE_CHECKOUT_KEY &&
    key &&
    field.readKeyMode(key) !== field.readKeyMode(given.STRIPE_CHECKOUT_KEY)
  )
    yield {
      variable: "STRIPE_CHECKOUT_KEY",
      message: "must have the same mode (test or live) as STRIPE_SECRET_KEY",
    };
  if (given.WORKSPACE_JWT_SECRET && given.WORKSPACE_JWKS_URL)
    yield {
      variable: "WORKSPACE_JWKS_URL",
      message: "cannot be set together with WORKSPACE_JWT_SECRET: set only one of them",
    };
  if ((given.WORKSPACE_JWT_SECRET || given.WORKSPACE_JWKS_URL) && !given.WORKSPACE_JWT_AUDIENCE)
    yield {
      variable: "WORKSPACE_JWT_AUDIENCE",
      message:
        "is required with WORKSPACE_JWT_SECRET or WORKSPACE_JWKS_URL: the `aud` of the customer tokens",
    };
  const oidc = ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"] as const;
  if (oidc.some((variable) => given[variable]) || given.OIDC_ALLOWED_DOMAIN)
    for (const variable of oidc)
      if (!given[variable])
        yield {
          variable,
          message:
            "is required for single sign-on, together with OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET",
        };
}

/** A demo in place of production shows made-up customers and says that all is well. */
function* findLost(given: Given): Generator<EnvironmentProblem> {
  const sign = isDemo(given) && !given.PARITY_DEMO ? findSignOfProduction(given) : null;
  if (sign !== null)
    yield {
      variable: "DATABASE_URL, STRIPE_SECRET_KEY",
      message: `are both unset, and ${sign} says that this is not a demo: has the environment been lost? To start the demo here all the same, set PARITY_DEMO=1`,
    };
}

/** What says that this process should not be the demo; null when nothing does. */
function findSignOfProduction(given: Given): string | null {
  if (given.NODE_ENV === "production") return "NODE_ENV=production";
  return [...field.HOSTS, ...field.OF_INSTALLATIONS].find((one) => field.isForUse(given[one])) ?? null;
}

function isDemo(given: Given | Variables): boolean {
  return !given.DATABASE_URL && !given.STRIPE_SECRET_KEY;
}

const isServerless = (read: Variables) =>
  read.VERCEL !== undefined || read.AWS_LAMBDA_FUNCTION_NAME !== undefined;

function toEnvironment(read: Variables, demoSecrets: (dataDirectory: string) => DemoSecrets): Environment {
  const demo = isDemo(read) ? demoSecrets(read.PARITY_DATA_DIR) : null;
  const appSecret = read.APP_SECRET ?? demo?.appSecret;
  if (!appSecret) throw new Error("Production has no APP_SECRET.");
  return {
    mode: demo ? "demo" : "production",
    dataDirectory: read.PARITY_DATA_DIR,
    staysAlive: read.PARITY_STAYS_ALIVE ?? !isServerless(read),
    requestSeconds: read.PARITY_REQUEST_SECONDS,
    databaseUrl: read.DATABASE_URL ?? null,
    stripe: readStripe(read),
    appSecret,
    appUrl: read.APP_URL ?? `http://localhost:${read.PORT}`,
    cronSecret: read.CRON_SECRET ?? demo?.cronSecret ?? null,
    metricsToken: read.METRICS_TOKEN ?? demo?.metricsToken ?? null,
    alertWebhookUrl: read.ALERT_WEBHOOK_URL ?? null,
    customerTokens: readCustomerTokens(read, demo),
    singleSignOn: readSingleSignOn(read),
    // Their own proxy is always in front, and says the caller's address last.
    trustedProxies: read.TRUSTED_PROXIES ?? (isServerless(read) ? 1 : false),
    host: read.HOST ?? (demo ? "127.0.0.1" : null),
    port: read.PORT,
    workerPort: read.WORKER_PORT ?? null,
    tracesEndpoint: field.readTracesEndpoint(read),
    logLevel: read.LOG_LEVEL,
  };
}

function readStripe(read: Variables): StripeEnvironment | null {
  if (!read.STRIPE_SECRET_KEY) return null;
  const mode = field.readKeyMode(read.STRIPE_SECRET_KEY);
  return {
    secretKey: read.STRIPE_SECRET_KEY,
    mode,
    checkoutKey: read.STRIPE_CHECKOUT_KEY ?? null,
    apiBase: read.STRIPE_API_BASE ?? null,
    accountId: read.STRIPE_ACCOUNT_ID ?? null,
    webhookSecret: read.STRIPE_WEBHOOK_SECRET ?? null,
    readsPerSecond: read.STRIPE_READS_PER_SECOND ?? (mode === "live" ? 20 : 12),
  };
}

function readCustomerTokens(read: Variables, demo: DemoSecrets | null): CustomerTokens | null {
  const audience = read.WORKSPACE_JWT_AUDIENCE ?? "parity";
  const maxHours = read.WORKSPACE_JWT_MAX_HOURS;
  if (read.WORKSPACE_JWKS_URL) return { kind: "jwks", url: read.WORKSPACE_JWKS_URL, audience, maxHours };
  const secret = read.WORKSPACE_JWT_SECRET ?? demo?.customerTokenSecret;
  return secret ? { kind: "secret", secret, audience, maxHours } : null;
}

function readSingleSignOn(read: Variables): SingleSignOn | null {
  if (!read.OIDC_ISSUER || !read.OIDC_CLIENT_ID || !read.OIDC_CLIENT_SECRET) return null;
  return {
    issuer: read.OIDC_ISSUER,
    clientId: read.OIDC_CLIENT_ID,
    clientSecret: read.OIDC_CLIENT_SECRET,
    allowedDomain: read.OIDC_ALLOWED_DOMAIN ?? null,
  };
}

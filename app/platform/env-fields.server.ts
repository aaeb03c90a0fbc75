import { isIP } from "node:net";
import { z } from "zod";

/** `false`: no proxy; a number: how many proxies in a row; a list: their addresses and ranges. */
export type TrustedProxies = false | number | string[];

export const databaseUrl = z.string().refine((value) => hasProtocol(value, ["postgres:", "postgresql:"]), {
  error: "should look like postgresql://user:password@host:5432/database",
});

export const stripeKey = z.string().regex(/^[sr]k_(test|live)_[A-Za-z0-9_]{8,}$/, {
  error: "should be a secret or restricted key: sk_test_…, sk_live_…, rk_test_… or rk_live_…",
});

export const accountId = z
  .string()
  .regex(/^acct_[A-Za-z0-9]{6,}$/, { error: "should look like acct_1AbCdEf…" });

/** Several while a secret is replaced, or for two endpoints. */
export const webhookSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/=_-]{16,}(,whsec_[A-Za-z0-9+/=_-]{16,})*$/, {
    error: "should look like whsec_… (the endpoint’s signing secret), or several, separated by commas",
  });

export const readsPerSecond = z
  .string()
  .regex(/^\d+(\.\d+)?$/, { error: "should be a number of requests per second, from 1 to 100" })
  .transform(Number)
  .refine((value) => value >= 1 && value <= 100, {
    error: "should be a number of requests per second, from 1 to 100",
  });

export const port = z
  .string()
  .regex(/^\d{1,5}$/, { error: "should be a port number, for example 3000" })
  .transform(Number)
  .refine((value) => value <= 65_535, { error: "should be a port number up to 65535" });

export const host = z.string().refine((value) => isIP(value) !== 0 || value === "localhost", {
  error: "should be an address to listen on: 127.0.0.1, or 0.0.0.0 for all",
});

export const tokenHours = z
  .string()
  .regex(/^\d{1,4}$/, { error: "should be a number of hours, from 1 to 720" })
  .transform(Number)
  .refine((value) => value >= 1 && value <= 720, { error: "should be a number of hours, from 1 to 720" });

export const requestSeconds = z
  .string()
  .regex(/^\d{1,3}$/, { error: "should be a number of seconds, from 30 to 900" })
  .transform(Number)
  .refine((value) => value >= 30 && value <= 900, { error: "should be a number of seconds, from 30 to 900" });

export const logLevel = z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"], {
  error: "should be one of trace, debug, info, warn, error, fatal, silent",
});

export const yesOrNo = z
  .enum(["yes", "no"], { error: "should be yes or no" })
  .transform((value) => value === "yes");

/** An origin: no path, no query, no credentials. A trailing slash is removed. */
export const origin = z
  .string()
  .refine(isOrigin, { error: "should be an origin without a path, for example https://parity.example.com" })
  .transform((value) => new URL(value).origin);

/** The origin that people open: http only where their passwords stay in a private network. */
export const publicOrigin = origin.refine((value) => !isPublicHttp(value), {
  error: "must begin with https:// on a public host: passwords and sessions would be sent in the clear",
});

/** https, or http on this machine only: an attacker who can change the response could sign in as any user. */
export const secureUrl = z
  .string()
  .refine(
    (value) => hasProtocol(value, ["https:"]) || (hasProtocol(value, ["http:"]) && isLoopbackUrl(value)),
    {
      error: "should be an https address (http only on this machine)",
    },
  );

/** Where messages are posted. A name and a password in it could not be sent along. */
export const webhookTarget = secureUrl.refine((value) => !/^[a-z]+:\/\/[^/?#]*@/i.test(value), {
  error: "must have no user name and password in it",
});

/** An address of an OpenTelemetry collector, which may be in a private network. */
export const collector = z.string().refine((value) => hasProtocol(value, ["http:", "https:"]), {
  error: "should be the http address of a collector (OTLP over HTTP), for example http://localhost:4318",
});

export const domain = z
  .string()
  .regex(/^(?=.{3,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/i, {
    error: "should be a domain, for example example.com",
  })
  .transform((value) => value.toLowerCase());

/** A shared secret. It needs 8 different characters, so that `xxxxxxxx…` and `changeme` are refused. */
export function createSecretField(minimum: number) {
  return z.string().refine((value) => value.length >= minimum && new Set(value).size >= 8, {
    error: `should be at least ${minimum} random characters (openssl rand -hex 32)`,
  });
}

export const trustedProxies = z
  .string()
  .refine((value) => isProxyCount(value) || splitAddresses(value).every(isAddressOrRange), {
    error: "should be a number of proxies (1), or addresses and ranges (10.0.0.0/8, 127.0.0.1)",
  })
  .transform((value): TrustedProxies => {
    if (!isProxyCount(value)) return splitAddresses(value);
    return Number(value) === 0 ? false : Number(value);
  });

/** `live` or `test`, by the prefix of the key. */
export function readKeyMode(key: string): "test" | "live" {
  return /^[sr]k_live_/.test(key) ? "live" : "test";
}

/** Whether the URL names this machine. False for a text that is not a URL. */
export function isLoopbackUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { hostname } = new URL(value);
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Whether this is a plain http address that others than this machine and its private network can reach. */
function isPublicHttp(value: string): boolean {
  if (!hasProtocol(value, ["http:"]) || isLoopbackUrl(value)) return false;
  const { hostname } = new URL(value);
  const address = hostname.replace(/^\[|\]$/g, "");
  if (isIP(address) === 4) return !/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)/.test(address);
  if (isIP(address) === 6) return !/^(f[cd]|fe[89ab])/i.test(address);
  // A name without a dot, or of a domain that exists only in private networks.
  return (
    hostname.includes(".") && !/\.(local|localhost|internal|lan|home\.arpa|test|intranet)$/.test(hostname)
  );
}

function isOrigin(value: string): boolean {
  if (!hasProtocol(value, ["http:", "https:"])) return false;
  const url = new URL(value);
  return url.pathname === "/" && !url.search && !url.hash && !url.username && !url.password;
}

function hasProtocol(value: string, protocols: string[]): boolean {
  return URL.canParse(value) && protocols.includes(new URL(value).protocol) && new URL(value).hostname !== "";
}

function isProxyCount(value: string): boolean {
  return /^\d{1,2}$/.test(value);
}

function splitAddresses(value: string): string[] {
  return value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function isAddressOrRange(value: string): boolean {
  const [address = "", bits, ...rest] = value.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

const text = z.string().optional();

type OtelVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;
  OTEL_SDK_DISABLED?: string;
};

/** Where spans are posted, as OpenTelemetry's specification has it: the general address gets a path, the special one has it already. */
export function readTracesEndpoint(read: OtelVariables): string | null {
  const base = read.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (read.OTEL_SDK_DISABLED?.toLowerCase() === "true") return null;
  return read.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base ? `${base.replace(/\/+$/, "")}/v1/traces` : null);
}

/** Variables of hosts. */
export const hostFields = {
  // Set by Vercel and by AWS Lambda, whose processes are frozen between requests.
  VERCEL: text,
  AWS_LAMBDA_FUNCTION_NAME: text,
  // Set by other hosts, where leaving everything out is a mistake and not a demo.
  KUBERNETES_SERVICE_HOST: text,
  DYNO: text,
  FLY_APP_NAME: text,
  RENDER: text,
  RAILWAY_ENVIRONMENT: text,
  K_SERVICE: text,
  ECS_CONTAINER_METADATA_URI_V4: text,
};

/** Each of them says that this is no demo: the rest of the environment was lost. */
export const HOSTS = z.object(hostFields).keyof().options;

/** Variables that only an installation with a Stripe account, or customers and staff, of its own has. */
export const OF_INSTALLATIONS = [
  "STRIPE_CHECKOUT_KEY",
  "STRIPE_ACCOUNT_ID",
  "STRIPE_WEBHOOK_SECRET",
  "APP_URL",
  "OIDC_ISSUER",
  "WORKSPACE_JWKS_URL",
  "ALERT_WEBHOOK_URL",
] as const;

/** Is this variable set, and not to an `http` address, which may be the demo's? */
export const isForUse = (value = ""): boolean => value !== "" && !value.startsWith("http:");

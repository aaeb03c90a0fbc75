import { describe, expect, it } from "vitest";
import {
  type DemoSecrets,
  describeProblems,
  type Environment,
  findLostEnvironment,
  readEnvironment,
} from "./env.server";

const demoSecrets: DemoSecrets = {
  appSecret: "a".repeat(64),
  cronSecret: "demo-cron-secret-0123456789",
  metricsToken: "demo-metrics-token-0123456789",
  customerTokenSecret: "demo-customer-token-secret-0123456789",
  adminPassword: "demo-password",
};
const random = "7f3c9e1b5d8a2046f9e3c7b1d5a80246";
const production = {
  DATABASE_URL: "postgresql://parity:pw@db.example.com:5432/app",
  STRIPE_SECRET_KEY: "sk_test_51AbCdEfGhIj",
  APP_SECRET: random,
  APP_URL: "https://parity.example.com",
};

function environment(source: Record<string, string | undefined>): Environment {
  const reading = readEnvironment(source, () => demoSecrets);
  if (!reading.ok) throw new Error(describeProblems(reading.problems));
  return reading.environment;
}

function problems(source: Record<string, string | undefined>) {
  const reading = readEnvironment(source, () => demoSecrets);
  return reading.ok ? [] : reading.problems;
}

describe("the demo", () => {
  it("runs when neither a database nor a Stripe key is set", () => {
    expect(environment({})).toMatchObject({
      mode: "demo",
      databaseUrl: null,
      stripe: null,
      appSecret: demoSecrets.appSecret,
      appUrl: "http://localhost:3000",
      cronSecret: demoSecrets.cronSecret,
      metricsToken: demoSecrets.metricsToken,
      customerTokens: {
        kind: "secret",
        secret: demoSecrets.customerTokenSecret,
        audience: "parity",
        maxHours: 24,
      },
      singleSignOn: null,
      trustedProxies: false,
      host: "127.0.0.1",
      port: 3000,
      logLevel: "info",
      dataDirectory: ".data",
    });
  });

  it("uses the variables that are set", () => {
    const read = environment({ PORT: "4000", CRON_SECRET: random, PARITY_DATA_DIR: "/tmp/x" });
    expect(read).toMatchObject({
      appUrl: "http://localhost:4000",
      cronSecret: random,
      dataDirectory: "/tmp/x",
    });
  });

  it("stays alive between requests, except on serverless hosts, unless it is set", () => {
    expect(environment({}).staysAlive).toBe(true);
    expect(environment({ ...production, VERCEL: "1" }).staysAlive).toBe(false);
    expect(environment({ ...production, AWS_LAMBDA_FUNCTION_NAME: "parity" }).staysAlive).toBe(false);
    expect(environment({ ...production, PARITY_STAYS_ALIVE: "no" }).staysAlive).toBe(false);
    expect(environment({ ...production, VERCEL: "1", PARITY_STAYS_ALIVE: "yes" }).staysAlive).toBe(true);
  });

  it("believes the proxy of a serverless host, which is always in front, unless another number is set", () => {
    expect(environment({ ...production, VERCEL: "1" }).trustedProxies).toBe(1);
    expect(environment({ ...production, AWS_LAMBDA_FUNCTION_NAME: "parity" }).trustedProxies).toBe(1);
    expect(environment({ ...production, VERCEL: "1", TRUSTED_PROXIES: "2" }).trustedProxies).toBe(2);
    expect(environment(production).trustedProxies).toBe(false);
  });

  it.each([
    ["NODE_ENV=production", { NODE_ENV: "production" }],
    ["a host of containers", { KUBERNETES_SERVICE_HOST: "10.0.0.1" }],
    ["a serverless host", { VERCEL: "1" }],
    ["the rest of Stripe's variables", { STRIPE_WEBHOOK_SECRET: "whsec_0123456789abcdef" }],
    ["a public address", { APP_URL: "https://parity.example.com" }],
  ])("is refused when %s says that the environment was lost, unless PARITY_DEMO=1 (case 31)", (_, source) => {
    const [problem] = problems(source);
    expect(problem?.variable).toBe("DATABASE_URL, STRIPE_SECRET_KEY");
    expect(problem?.message).toContain(Object.keys(source)[0]);
    expect(problem?.message).toContain("PARITY_DEMO=1");
    expect(environment({ ...source, PARITY_DEMO: "1" }).mode).toBe("demo");
  });

  it("is not what a value other than 1 of PARITY_DEMO asks for, nor PARITY_DEMO with a database", () => {
    expect(problems({ PARITY_DEMO: "yes" })[0]?.variable).toBe("PARITY_DEMO");
    expect(environment({ ...production, PARITY_DEMO: "1" }).mode).toBe("production");
  });

  it("is refused to programs that need the database only, too", () => {
    expect(findLostEnvironment({ NODE_ENV: "production" })).toContain("PARITY_DEMO=1");
    expect(findLostEnvironment({ NODE_ENV: "production", DATABASE_URL: "postgres://x/y" })).toBeNull();
    expect(findLostEnvironment({})).toBeNull();
  });

  it("is not what production becomes in another NODE_ENV", () => {
    expect(
      problems({ NODE_ENV: "development", STRIPE_SECRET_KEY: production.STRIPE_SECRET_KEY }),
    ).toHaveLength(2);
  });
});

describe("production", () => {
  it("uses none of the demo's secrets", () => {
    const read = readEnvironment(production, () => {
      throw new Error("asked for demo secrets");
    });
    expect(read).toMatchObject({
      ok: true,
      environment: {
        mode: "production",
        cronSecret: null,
        metricsToken: null,
        customerTokens: null,
        appSecret: random,
        appUrl: "https://parity.example.com",
        stripe: { mode: "test", readsPerSecond: 12, apiBase: null, checkoutKey: null, accountId: null },
      },
    });
  });

  it("refuses a database without a Stripe key", () => {
    const { STRIPE_SECRET_KEY: _, ...rest } = production;
    expect(problems(rest)).toEqual([
      { variable: "STRIPE_SECRET_KEY", message: expect.stringContaining("together with DATABASE_URL") },
    ]);
  });

  it("runs on the embedded database when only a Stripe key is set", () => {
    const { DATABASE_URL: _, ...rest } = production;
    expect(environment(rest)).toMatchObject({ mode: "production", databaseUrl: null });
  });

  it("needs APP_SECRET and APP_URL, and names both at once", () => {
    const { APP_SECRET: _, APP_URL: __, ...rest } = production;
    expect(problems(rest).map((problem) => problem.variable)).toEqual(["APP_SECRET", "APP_URL"]);
  });

  it("reads at 20 requests a second with a live key, unless another limit is set", () => {
    const live = { ...production, STRIPE_SECRET_KEY: "rk_live_51AbCdEfGhIj" };
    expect(environment(live).stripe).toMatchObject({ mode: "live", readsPerSecond: 20 });
    expect(environment({ ...live, STRIPE_READS_PER_SECOND: "5" }).stripe).toMatchObject({
      readsPerSecond: 5,
    });
  });

  it("counts an empty variable as unset", () => {
    expect(environment({ ...production, CRON_SECRET: "", LOG_LEVEL: " " })).toMatchObject({
      cronSecret: null,
      logLevel: "info",
    });
  });
});

describe("another address for Stripe", () => {
  const live = { ...production, STRIPE_SECRET_KEY: "sk_live_51AbCdEfGhIj" };

  it("is refused with a live key", () => {
    expect(problems({ ...live, STRIPE_API_BASE: "https://stripe.example.com" })).toEqual([
      { variable: "STRIPE_API_BASE", message: expect.stringContaining("loopback") },
    ]);
  });

  it("is refused with a live key when the host only starts like a loopback address", () => {
    expect(problems({ ...live, STRIPE_API_BASE: "http://127.0.0.1.example.com" })).toHaveLength(1);
    expect(problems({ ...live, STRIPE_API_BASE: "http://localhost.example.com" })).toHaveLength(1);
  });

  it.each(["http://127.0.0.1:12111", "http://localhost:12111", "http://[::1]:12111"])(
    "is accepted with a live key on this machine: %s",
    (base) => {
      expect(environment({ ...live, STRIPE_API_BASE: base }).stripe?.apiBase).toBe(base);
    },
  );

  it("is accepted on any host with a test key", () => {
    expect(problems({ ...production, STRIPE_API_BASE: "http://sandbox.internal:8080" })).toEqual([]);
  });
});

describe("each variable", () => {
  it.each([
    ["DATABASE_URL", "mysql://host/db"],
    ["DATABASE_URL", "not an address"],
    ["STRIPE_SECRET_KEY", "pk_test_51AbCdEfGhIj"],
    ["STRIPE_SECRET_KEY", "sk_51AbCdEfGhIj"],
    ["STRIPE_CHECKOUT_KEY", "whsec_0123456789abcdef"],
    ["STRIPE_API_BASE", "http://127.0.0.1:12111/v1"],
    ["STRIPE_ACCOUNT_ID", "cus_123456"],
    ["STRIPE_WEBHOOK_SECRET", "sk_test_51AbCdEfGhIj"],
    ["STRIPE_READS_PER_SECOND", "fast"],
    ["STRIPE_READS_PER_SECOND", "0"],
    ["STRIPE_READS_PER_SECOND", "1000"],
    ["CRON_SECRET", "short"],
    ["CRON_SECRET", "x".repeat(40)],
    ["METRICS_TOKEN", "short"],
    ["APP_SECRET", random.slice(0, 31)],
    ["APP_URL", "parity.example.com"],
    ["APP_URL", "https://parity.example.com/admin"],
    ["APP_URL", "ftp://parity.example.com"],
    ["WORKSPACE_JWKS_URL", "http://app.example.com/jwks"],
    ["OIDC_ISSUER", "http://login.example.com"],
    ["OIDC_ALLOWED_DOMAIN", "someone@example.com"],
    ["TRUSTED_PROXIES", "10.0.0.0/33"],
    ["TRUSTED_PROXIES", "proxy.example.com"],
    ["TRUSTED_PROXIES", "10.0.0.1, everything"],
    ["PORT", "http"],
    ["PORT", "70000"],
    ["LOG_LEVEL", "loud"],
    ["PARITY_STAYS_ALIVE", "perhaps"],
  ])("%s is refused by name when it is %j", (variable, value) => {
    const found = problems({ ...production, [variable]: value });
    expect(found.map((problem) => problem.variable)).toContain(variable);
  });

  it("is named without its value, which may be a secret in the wrong variable", () => {
    const mistyped = { ...production, STRIPE_SECRET_KEY: "sk_51AbCdEfGhIj", CRON_SECRET: "tops3cret" };
    const lines = describeProblems(problems(mistyped));
    expect(lines).toContain("STRIPE_SECRET_KEY: should be a secret or restricted key");
    expect(lines).not.toMatch(/sk_51AbCdEfGhIj|tops3cret/);
  });

  it.each([
    ["0", false],
    ["2", 2],
    ["10.0.0.0/8, 127.0.0.1,fd00::/8", ["10.0.0.0/8", "127.0.0.1", "fd00::/8"]],
  ])("TRUSTED_PROXIES %j is read as %j", (value, expected) => {
    expect(environment({ ...production, TRUSTED_PROXIES: value }).trustedProxies).toEqual(expected);
  });

  it("APP_URL loses a trailing slash", () => {
    expect(environment({ ...production, APP_URL: "https://parity.example.com/" }).appUrl).toBe(
      "https://parity.example.com",
    );
  });
});

describe("variables that belong together", () => {
  it("STRIPE_CHECKOUT_KEY is of the same mode as the key", () => {
    expect(problems({ ...production, STRIPE_CHECKOUT_KEY: "sk_live_51AbCdEfGhIj" })[0]?.variable).toBe(
      "STRIPE_CHECKOUT_KEY",
    );
    expect(environment({ ...production, STRIPE_CHECKOUT_KEY: "rk_test_51AbCdEfGhIj" }).stripe).toMatchObject({
      checkoutKey: "rk_test_51AbCdEfGhIj",
    });
  });

  it("customer tokens need an audience, and one way to verify them", () => {
    expect(problems({ ...production, WORKSPACE_JWT_SECRET: random })[0]?.variable).toBe(
      "WORKSPACE_JWT_AUDIENCE",
    );
    expect(
      problems({
        ...production,
        WORKSPACE_JWT_SECRET: random,
        WORKSPACE_JWKS_URL: "https://app.example.com/jwks",
        WORKSPACE_JWT_AUDIENCE: "parity",
      }).map((problem) => problem.variable),
    ).toEqual(["WORKSPACE_JWKS_URL"]);
    expect(
      environment({
        ...production,
        WORKSPACE_JWKS_URL: "https://app.example.com/jwks",
        WORKSPACE_JWT_AUDIENCE: "parity",
      }).customerTokens,
    ).toEqual({ kind: "jwks", url: "https://app.example.com/jwks", audience: "parity", maxHours: 24 });
  });

  it("single sign-on is set up whole or not at all", () => {
    const oidc = {
      OIDC_ISSUER: "https://login.example.com",
      OIDC_CLIENT_ID: "parity",
      OIDC_CLIENT_SECRET: "s",
    };
    expect(
      problems({ ...production, OIDC_ISSUER: oidc.OIDC_ISSUER }).map((problem) => problem.variable),
    ).toEqual(["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"]);
    expect(problems({ ...production, OIDC_ALLOWED_DOMAIN: "example.com" })).toHaveLength(3);
    expect(environment({ ...production, ...oidc, OIDC_ALLOWED_DOMAIN: "Example.com" }).singleSignOn).toEqual({
      issuer: oidc.OIDC_ISSUER,
      clientId: "parity",
      clientSecret: "s",
      allowedDomain: "example.com",
    });
  });
});

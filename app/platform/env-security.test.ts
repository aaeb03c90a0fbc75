import { expect, it } from "vitest";
import { describeProblems, readEnvironment } from "./env.server";

const random = "k3J9vQ2xW7mB5nR8tY1zL4cH6dF0gS3a";
const production = {
  DATABASE_URL: "postgresql://parity:secret@db:5432/app",
  STRIPE_SECRET_KEY: "sk_test_51AbCdEfGhIjK",
  APP_SECRET: random,
  APP_URL: "https://parity.example.com",
};
const demoSecrets = {
  appSecret: random,
  cronSecret: random,
  metricsToken: random,
  customerTokenSecret: random,
  adminPassword: random,
};
const read = (source: Record<string, string>) => readEnvironment(source, () => demoSecrets);
function environment(source: Record<string, string>) {
  const reading = read(source);
  if (!reading.ok) throw new Error(describeProblems(reading.problems));
  return reading.environment;
}
function problems(source: Record<string, string>) {
  const reading = read(source);
  return reading.ok ? [] : reading.problems;
}

it("S25: listens everywhere, the demo on this machine only unless HOST says otherwise", () => {
  expect(environment(production).host).toBeNull();
  expect(environment({ HOST: "0.0.0.0" }).host).toBe("0.0.0.0");
  expect(problems({ HOST: "example.com" })).toHaveLength(1);
});

it.each([
  ["http://parity.example.com", false],
  ["http://8.8.8.8", false],
  ["http://[2001:4860::1]", false],
  ["http://172.32.0.1", false],
  ["http://localhost:3000", true],
  ["http://127.0.0.1:3000", true],
  ["http://10.1.2.3:3000", true],
  ["http://192.168.1.5", true],
  ["http://[fd00::1]", true],
  ["http://parity:3000", true],
  ["http://parity.internal", true],
  ["https://parity.example.com", true],
])("S25: APP_URL %s on a public host needs https (accepted: %s)", (url, isAccepted) => {
  expect(problems({ ...production, APP_URL: url }).map(({ variable }) => variable)).toEqual(
    isAccepted ? [] : ["APP_URL"],
  );
});

it("S15: customers' tokens are valid for a day at most, unless it is set", () => {
  const tokens = { ...production, WORKSPACE_JWT_SECRET: random, WORKSPACE_JWT_AUDIENCE: "parity" };
  expect(environment(tokens).customerTokens?.maxHours).toBe(24);
  expect(environment({ ...tokens, WORKSPACE_JWT_MAX_HOURS: "2" }).customerTokens?.maxHours).toBe(2);
  expect(problems({ ...tokens, WORKSPACE_JWT_MAX_HOURS: "0" })).toHaveLength(1);
});

it("R176: takes a webhook for alerts only where the message cannot be read on the way, and never shows it", () => {
  for (const url of ["https://hooks.slack.example/services/T0/B0/x", "http://localhost:9000/hook"])
    expect(environment({ ...production, ALERT_WEBHOOK_URL: url }).alertWebhookUrl).toBe(url);
  expect(environment(production).alertWebhookUrl).toBeNull();
  for (const url of [
    "http://hooks.example/x",
    "https://user:word@hooks.example/x",
    "ftp://hooks.example/x",
    "hooks",
  ]) {
    const found = problems({ ...production, ALERT_WEBHOOK_URL: url });
    expect(found).toMatchObject([{ variable: "ALERT_WEBHOOK_URL" }]);
    expect(JSON.stringify(found)).not.toContain("hooks");
  }
});

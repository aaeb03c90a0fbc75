import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { announce, findRunningDemo, formatWelcome } from "./announcement.server";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "parity-ready-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const facts = {
  pid: process.pid,
  url: "http://localhost:1",
  email: "admin@example.com",
  password: "a password",
  sandboxUrl: "http://127.0.0.1:2",
  cronSecret: "a secret",
  databaseUrl: "postgresql://u:p@127.0.0.1:3/parity",
};

it("writes ready.json while the demo runs, readable by its owner only", () => {
  writeFileSync(join(directory, "ready.json"), "{}", { mode: 0o644 });
  const withdraw = announce(directory, facts);
  const file = join(directory, "ready.json");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(facts);
  withdraw();
  expect(() => statSync(file)).toThrow();
});

it("finds a demo that runs, but not one that was killed", async () => {
  const server = createServer((_, response) => void response.end("{}"));
  await new Promise<void>((listening) => server.listen(0, listening));
  const running = { ...facts, url: `http://localhost:${(server.address() as AddressInfo).port}` };
  expect(await findRunningDemo(directory)).toBeNull();
  announce(directory, running);
  expect(await findRunningDemo(directory)).toEqual(running);
  announce(directory, { ...running, pid: 999_999_999 });
  expect(await findRunningDemo(directory)).toBeNull();
  announce(directory, running);
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  expect(await findRunningDemo(directory)).toBeNull();
});

it("shows the address, how to sign in, and how to call the cron route", () => {
  const text = formatWelcome(facts, ".data");
  for (const part of [
    "http://localhost:1\n",
    "admin@example.com",
    "operator@example.com",
    "viewer@example.com",
    "a password",
    'curl -H "Authorization: Bearer a secret" http://localhost:1/api/cron/sync-payments',
  ])
    expect(text).toContain(part);
});

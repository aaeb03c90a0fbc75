import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { announce } from "./announcement.server";
import { loadDemoSecrets } from "./demo-secrets.server";
import { resetDemo } from "./reset-demo.server";

let parent = "";
let data = "";
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "parity-reset-"));
  data = join(parent, "data");
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

it("deletes the data directory of a demo that is not running", async () => {
  loadDemoSecrets(data);
  writeFileSync(join(data, "sandbox.json"), "{}");
  expect(await resetDemo(data)).toEqual({ ok: true, deleted: true });
  expect(existsSync(data)).toBe(false);
  expect(existsSync(parent)).toBe(true);
});

it("deletes nothing where no demo is", async () => {
  mkdirSync(data);
  writeFileSync(join(data, "letter.txt"), "");
  expect(await resetDemo(data)).toEqual({ ok: true, deleted: false });
  expect(await resetDemo(join(parent, "missing"))).toEqual({ ok: true, deleted: false });
  expect(existsSync(join(data, "letter.txt"))).toBe(true);
});

it("refuses while the demo is running", async () => {
  loadDemoSecrets(data);
  const server = createServer((_, response) => void response.end("{}"));
  await new Promise<void>((listening) => server.listen(0, listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  announce(data, {
    ...{ pid: process.pid, url, email: "admin@example.com", password: "a password" },
    ...{ sandboxUrl: "http://127.0.0.1:2", cronSecret: "a secret" },
    databaseUrl: "postgresql://u:p@127.0.0.1:3/parity",
  });
  expect(await resetDemo(data)).toEqual({ ok: false, message: expect.stringContaining(url) });
  expect(existsSync(data)).toBe(true);
});

it("refuses to delete the working directory", async () => {
  loadDemoSecrets(data);
  vi.spyOn(process, "cwd").mockReturnValue(join(data, "inside"));
  expect(await resetDemo(data)).toMatchObject({ ok: false });
  expect(existsSync(data)).toBe(true);
});

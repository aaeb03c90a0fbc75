import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadDemoSecrets } from "./demo-secrets.server";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "parity-secrets-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it("creates secrets once and keeps them over a restart, readable by their owner only", () => {
  const data = join(directory, "data");
  const first = loadDemoSecrets(data);
  expect(loadDemoSecrets(data)).toEqual(first);
  expect(statSync(join(data, "secrets.json")).mode & 0o777).toBe(0o600);
});

it("creates different secrets for each data directory", () => {
  expect(loadDemoSecrets(join(directory, "a"))).not.toEqual(loadDemoSecrets(join(directory, "b")));
});

it("replaces a damaged file and makes it readable by its owner only", () => {
  const file = join(directory, "secrets.json");
  writeFileSync(file, '{"appSecret":"short"}', { mode: 0o644 });
  const made = loadDemoSecrets(directory);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(made);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

import { spawn, spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseMapping } from "~/mapping/parse-mapping.server";
import { withPgClient } from "~/platform/migrations/pg-client.server";
import { createEmptyDatabase } from "~/platform/testing/database";
import { findProgram } from "~/platform/testing/desk";
import { makeTestFolder, removeTestFolder } from "~/platform/testing/folder";

// The questions of `parity adopt` at a real terminal: a pseudo-terminal that `script` of util-linux opens.

const TIMEOUT_MS = 120_000;
const hasScript = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux");

let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
let folder: string;
beforeAll(async () => {
  [database, folder] = await Promise.all([createEmptyDatabase(), makeTestFolder()]);
  await withPgClient(database.url, (client) =>
    client.query(`SET search_path = public;
      CREATE TABLE users (id serial PRIMARY KEY, email text, stripe_customer_id text UNIQUE, subscription_status text, plan text);
      INSERT INTO users (email, stripe_customer_id, subscription_status, plan)
        SELECT 'u' || n || '@example.com', 'cus_' || n, CASE n WHEN 1 THEN 'lifetime' ELSE 'active' END, 'pro' FROM generate_series(1, 20) n`),
  );
});
afterAll(async () => {
  await database.drop();
  await removeTestFolder(folder);
});

/** Starts a command at a terminal. Each answer is typed once, when the text before it stands on the screen. */
async function runAtTerminal(argv: readonly string[], answers: readonly [after: string, typed: string][]) {
  const quoted = [process.execPath, ...argv].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const { PATH, HOME } = process.env;
  const child = spawn("script", ["-q", "-e", "-f", "-c", quoted, "/dev/null"], {
    env: { PATH, HOME, TERM: "xterm", NODE_ENV: "production", DATABASE_URL: database.url },
    timeout: TIMEOUT_MS / 2,
  });
  let screen = "";
  let read = 0;
  const left = [...answers];
  child.stdout.on("data", (bytes: Buffer) => {
    screen += stripVTControlCharacters(bytes.toString());
    const [next] = left;
    const at = next ? screen.indexOf(next[0], read) : -1;
    if (!next || at < 0 || !/: $/.test(screen)) return;
    left.shift();
    read = screen.length;
    child.stdin.write(`${next[1]}\r`);
  });
  const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
  return { code, screen, left };
}

it.skipIf(!hasScript)(
  "asks what only a person knows, again where the answer cannot be taken, and writes what was said (needs script of util-linux)",
  { timeout: TIMEOUT_MS },
  async () => {
    const file = path.join(folder, "parity.mapping.yaml");
    const { code, screen, left } = await runAtTerminal(
      [await findProgram("app/cli/parity.ts"), "adopt", "--file", file],
      [
        ["Access given by hand?", "yes"],
        ["Does past_due?", "perhaps"],
        ["Does past_due?", "no"],
        ["the word for no plan?", "no"],
        ["Which prices buy which plan?", "{ pro: { prices: [price_pro] } }"],
      ],
    );
    expect(left, screen).toEqual([]);
    expect(screen).toContain("Answer yes, no or later.");
    const text = await readFile(file, "utf8");
    expect(parseMapping(text), text).toMatchObject({
      document: {
        status: { byHand: ["lifetime"], access: ["active", "trialing"] },
        plans: { pro: { prices: ["price_pro"] } },
      },
    });
    expect([0, 3]).toContain(code);
  },
);

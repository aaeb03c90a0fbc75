import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import type pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { z } from "zod";
import { cashier } from "~/adopt/testing/shapes/cashier";
import { lookAt, recordOwners } from "~/adopt/testing/shapes/look";
import { createOwners, toRecorded } from "~/adopt/testing/shapes/owners";
import { ADOPTING, readBlocks } from "~/adopt/testing/shapes/recipes";
import { seedSandbox } from "~/adopt/testing/shapes/seed-sandbox";
import { withPgClient } from "~/platform/migrations/pg-client.server";
import { ROOT } from "~/platform/root.server";
import { createEmptyDatabase } from "~/platform/testing/database";
import { makeTestFolder, removeTestFolder } from "~/platform/testing/folder";
import { createSandbox, DEFAULT_SECRET_KEY, type Listening } from "~/sandbox/sandbox";
import { COMMANDS } from "./run-command";
import { PRODUCTION_KEY, type Ran, runProcess } from "./testing/cli";

// docs/adopting.md as a stranger follows it: its commands in their order, on an application, with the variables that it exports.

const OWNERS = 40;
const VALUES: Record<string, string> = {
  ...{ STRIPE_SECRET_KEY: PRODUCTION_KEY, APP_SECRET: "4f1a8c0be27d93651f0a7c4d8b2e6935" },
  APP_URL: "https://parity.example.com",
};
const PARITY = "npm run parity -- ";
/** What the README's five minutes leave for later, when the preview has been looked at. */
const LATER = /writeMode|--apply|--show-sql/;

const sandbox = createSandbox({ secretKeys: [DEFAULT_SECRET_KEY, PRODUCTION_KEY] });
let listening: Listening;
let database: { url: string; drop(): Promise<void> };
let folder: string;
beforeAll(async () => {
  [listening, database, folder] = await Promise.all([
    sandbox.listen(),
    createEmptyDatabase(),
    makeTestFolder(),
  ]);
});
afterAll(async () => {
  await listening.close();
  await database.drop();
  await removeTestFolder(folder);
});

const readLines = (blocks: readonly string[]) =>
  blocks.flatMap((block) => block.split("\n")).flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));

/** The commands of the document between "The way" and the next heading. */
function readWay(): string[] {
  const [, way = ""] = /^## The way\n([\s\S]*?)^## /m.exec(ADOPTING) ?? [];
  return readLines(readBlocks("sh").filter((block) => way.includes(block.trim().split("\n")[0] ?? "?")));
}

/** Ten programs, each started from its sources. Milliseconds. */
const SLOW = 480_000;

it("each command of the document exists, with its options", async () => {
  const packageFile = z.object({ scripts: z.record(z.string(), z.string()) });
  const { scripts } = packageFile.parse(JSON.parse(await readFile(path.join(ROOT, "package.json"), "utf8")));
  const mentioned = [...ADOPTING.matchAll(/`(npm run [^`\n]+)`/g)].map(([, line = ""]) => line);
  const lines = [...readLines([...readBlocks("sh"), ...readBlocks("")]), ...mentioned];
  const commands = lines.flatMap((line) => (line.startsWith(PARITY) ? [line.slice(PARITY.length)] : []));
  expect(commands.length).toBeGreaterThan(12);
  for (const command of commands) {
    const [name, ...args] = command.split(" ");
    const known = COMMANDS.find((one) => one.name === name);
    const parsed = parseArgs({ args, options: known?.options ?? {}, allowPositionals: true, strict: true });
    expect(known?.prepare({ ...parsed, values: { ...parsed.values } }), command).toMatchObject({ ok: true });
  }
  for (const line of lines) {
    const [, script] = /^npm run ([\w:]+)/.exec(line) ?? [];
    if (script !== undefined) expect(Object.keys(scripts), line).toContain(script);
  }
});

it("the README’s five minutes are these commands, in this order", async () => {
  const readme = await readFile(path.join(ROOT, "README.md"), "utf8");
  const [, part = ""] = /^### Real Stripe in five minutes\n([\s\S]*?)^## /m.exec(readme) ?? [];
  const [, block = ""] = /```sh\n([\s\S]*?)```/.exec(part) ?? [];
  expect(readLines([block])).toEqual(readWay().filter((line) => !LATER.test(line)));
});

it("who follows the document gives access to all who have paid, and takes none that Cashier gives", {
  timeout: SLOW,
}, async () => {
  const owners = createOwners(cashier, { now: sandbox.clock.now(), count: OWNERS });
  seedSandbox(sandbox, cashier, owners);
  const look = async (change?: (client: pg.Client) => Promise<unknown>) => {
    let access: string[] = [];
    await withPgClient(database.url, async (client) => {
      await client.query("SET search_path = public");
      await change?.(client);
      ({ access } = await lookAt(client, cashier));
    });
    return access;
  };
  const right = await look(async (client) => {
    await client.query(cashier.tables);
    await recordOwners(client, cashier, toRecorded(owners, "truth"));
  });
  const before = await look(async (client) => {
    await client.query("TRUNCATE users, subscriptions, subscription_items RESTART IDENTITY");
    await recordOwners(client, cashier, toRecorded(owners, "recorded"));
  });
  const hasAccess = (row: string) => row.includes("true");
  expect(right.filter((row) => hasAccess(row) && !before.includes(row)).length).toBeGreaterThan(3);

  const environment: Record<string, string> = { STRIPE_API_BASE: listening.url };
  const ran = new Map<string, Ran>();
  const runParity = (words: string) =>
    runProcess(["app/cli/parity.ts", ...words.split(" ")], environment, folder);
  for (const line of readWay()) {
    const [, name] = /^export (\w+)=/.exec(line) ?? [];
    if (name !== undefined)
      environment[name] = name === "DATABASE_URL" ? database.url : (VALUES[name] ?? line);
    else if (line === "npm run db:migrate")
      ran.set(line, await runProcess(["app/server/migrate.ts"], environment, folder));
    else if (line.startsWith(PARITY)) {
      ran.set(line, await runParity(line.slice(PARITY.length)));
    }
    // The packages are there, and other tests build and start the server.
    else expect(["npm ci", "npm run build", "npm start"]).toContain(line);
    if (line === `${PARITY}adopt`) await decide();
  }
  const codes = [...ran].map(([line, { code }]) => [line.replace(PARITY, ""), code]);
  expect(codes, JSON.stringify([...ran], null, 1)).toEqual([
    ["adopt", expect.toBeOneOf([0, 3])],
    ["adopt --check", 0],
    ["adopt --show-sql", 0],
    ["npm run db:migrate", 0],
    ["adopt --install", 0],
    ["sync --all", 3],
    ["doctor", 3],
    ["staff add --email you@example.com --name You --role admin", 0],
    ["settings writeMode grant_only", 0],
    ["sync --all --apply", 3],
  ]);
  expect(ran.get(`${PARITY}sync --all`)?.stdout).toContain("Repairs are paused");
  const after = await look();
  const missing = right.filter((row) => hasAccess(row) && !after.includes(row));
  expect(missing).toEqual([]);
  expect(before.filter((row) => hasAccess(row) && !after.includes(row))).toEqual([]);
});

it("the other commands of the document, in an installation: rights, triggers, an audit, and the end of it", {
  timeout: SLOW,
}, async () => {
  const way = new Set(readWay());
  const others = readLines([...readBlocks("sh"), ...readBlocks("")]).filter((line) => !way.has(line));
  await writeFile(path.join(folder, "users.csv"), "id,customer,status\n1,cus_none,canceled\n");
  await writeFile(path.join(folder, "subscriptions.csv"), "user,status\n1,canceled\n");
  const environment = {
    ...{ STRIPE_API_BASE: listening.url, STRIPE_SECRET_KEY: PRODUCTION_KEY, DATABASE_URL: database.url },
    ...{ APP_SECRET: VALUES.APP_SECRET ?? "", APP_URL: VALUES.APP_URL ?? "" },
  };
  const ran = new Map<string, number>();
  for (const line of others.filter((one) => one.startsWith(PARITY))) {
    const words = line.slice(PARITY.length).replace("postgresql://readonly@db/app", database.url);
    // Without a terminal that could be asked.
    const given = [...words.split(" "), ...(words === "uninstall" ? ["--yes"] : [])];
    const { code, stderr } = await runProcess(["app/cli/parity.ts", ...given], environment, folder);
    expect(stderr, line).not.toMatch(/\n\s+at /);
    ran.set(line.slice(PARITY.length).split(" ").slice(0, 2).join(" "), code);
  }
  expect([...ran]).toEqual([
    ["adopt --grants", 0],
    ["adopt --install", 0],
    ["uninstall", 0],
    ["audit --users", expect.toBeOneOf([0, 3])],
    ["audit --database-url", expect.toBeOneOf([0, 3])],
  ]);
  // The role is one for all databases of a server: app/server/backup.test.ts makes it, on a server of its own.
  expect(others.filter((line) => !line.startsWith(PARITY))).toEqual([
    expect.stringMatching(/^psql -c "CREATE ROLE/),
  ]);
});

/** What a person decides in the file. */
async function decide(): Promise<void> {
  const file = path.join(folder, "parity.mapping.yaml");
  const decided = parseDocument(await readFile(file, "utf8"));
  for (const [place, value] of Object.entries(cashier.answers)) decided.setIn(place.split("."), value);
  await writeFile(file, decided.toString({ lineWidth: 0 }));
}

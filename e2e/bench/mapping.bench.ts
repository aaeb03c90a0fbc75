import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createLog } from "~/platform/log.server";
import { checkAdoption, proposeAdoption } from "../../app/adopt/adopt.server";
import { installAdoption } from "../../app/adopt/install.server";
import { readStripe } from "../../app/adopt/words/read-stripe.server";
import { parseUsersQuery } from "../../app/dashboard/users-list/users-query";
import { withPgClient } from "../../app/platform/migrations/pg-client.server";
import { addNullUsers, type Installation, openInstallation, timeRun } from "./support/installation";
import { computePercentile, print, printTable } from "./support/print";
import { PRODUCTION_KEY } from "./support/sandbox-process";

// What a mapping of expressions costs: full runs and the users table through it, beside the tables that have Parity's own names.
// Then the seconds of `parity adopt` and `parity audit` on the same owners. `npm run bench -- mapping 10000`

const USERS = Number(process.argv[2] ?? 10_000);
const PAGES = 7;
const QUERIES = ["", "sort=email", "sort=name", "q=u00012", "verdict=in_sync"];
const NO_LIMIT = { perSecond: 2_000, latencyMs: 0 };

const TABLES = `
  CREATE SCHEMA shop;
  CREATE TABLE shop.logins (id bigserial PRIMARY KEY, address varchar(254) NOT NULL UNIQUE, confirmed_at timestamp, first_name text, last_name text);
  CREATE TABLE shop.accounts (id text PRIMARY KEY, login_id bigint NOT NULL REFERENCES shop.logins, billing jsonb NOT NULL DEFAULT '{}');
  CREATE INDEX ON shop.accounts ((billing #>> '{customer}'));
  CREATE TABLE shop.subscriptions (id bigserial PRIMARY KEY, account_id text NOT NULL UNIQUE REFERENCES shop.accounts, stripe_id text, state text, ends timestamp, seats int);
  INSERT INTO shop.logins (address, confirmed_at, first_name, last_name) SELECT 'u' || lpad(n::text, 7, '0') || '@example.com', now(), 'Customer', n FROM generate_series(0, ${USERS - 1}) n;
  INSERT INTO shop.accounts (id, login_id) SELECT split_part(address, '@', 1), id FROM shop.logins;
  ANALYZE`;
const MAPPING = `
version: 1
tables:
  owners: { table: shop.accounts, key: id }
  subscriptions: { table: shop.subscriptions, owner: account_id, key: id, insert: true }
fields:
  email: { sql: "(SELECT l.address FROM shop.logins l WHERE l.id = owners.login_id)" }
  emailVerified: { sql: "(SELECT l.confirmed_at IS NOT NULL FROM shop.logins l WHERE l.id = owners.login_id)" }
  name: { sql: "(SELECT l.first_name || ' ' || l.last_name FROM shop.logins l WHERE l.id = owners.login_id)" }
  customer: owners.billing->customer
  plan: owners.billing->plan
  subscription: subscriptions.stripe_id
  status: subscriptions.state
  periodEnd: subscriptions.ends
  quantity: subscriptions.seats
status: { words: { on: [active, trialing], late: past_due, off: [canceled, unpaid, incomplete_expired, paused] } }
plans: { army: { lookupKeys: [army_yearly], seats: 5 } }
access: { by: status }
`;

type Measured = { first: number; again: number; pages: Map<string, number> };

print(`Mapping, ${USERS} owners who have paid and are not recorded`);
const byDefault = await measure(false);
const mapped = await measure(true);
const row = (name: string, one: number, other: number, unit: string) => [
  name,
  `${one.toFixed(1)} ${unit}`,
  `${other.toFixed(1)} ${unit}`,
  (other / one).toFixed(2),
];
printTable([
  ["", "Parity's names", "expressions", "times"],
  row("first full run, all repaired", byDefault.first, mapped.first, "s"),
  row("full run, unchanged", byDefault.again, mapped.again, "s"),
  ...QUERIES.map((query) =>
    row(
      `users table ?${query}, median of ${PAGES}`,
      byDefault.pages.get(query) ?? Number.NaN,
      mapped.pages.get(query) ?? Number.NaN,
      "ms",
    ),
  ),
]);

async function measure(isMapped: boolean): Promise<Measured> {
  const bench = await openInstallation({ customers: USERS, ...NO_LIMIT }, NO_LIMIT.perSecond);
  try {
    if (isMapped) await adopt(bench);
    else await addNullUsers(bench.db, USERS);
    const first = await timeRun(bench.db, bench.parity, "full");
    const again = await timeRun(bench.db, bench.parity, "full");
    if (first.run.synced !== USERS || again.run.synced !== 0)
      throw new Error(`Not what was expected: ${JSON.stringify([first.run, again.run])}`);
    await bench.db.$executeRaw`ANALYZE`;
    const pages = new Map<string, number>();
    for (const query of QUERIES) pages.set(query, await timePages(bench, query));
    if (isMapped) await timeAdopting(bench);
    return { first: first.seconds, again: again.seconds, pages };
  } finally {
    await bench.close();
  }
}

/** Puts the application beside the example tables, and the mapping onto it; writing is on afterwards, as in the other installation. */
async function adopt({ db, url }: Installation): Promise<void> {
  await withPgClient(url, async (client) => {
    await client.query(TABLES);
    const options = {
      actor: "bench",
      log: createLog({ level: "silent" }),
      signal: new AbortController().signal,
    };
    const { outcome } = await installAdoption(client, MAPPING, options);
    if (outcome !== "installed") throw new Error(outcome);
  });
  await db.setting.update({ where: { key: "writeMode" }, data: { value: "full" } });
}

async function timePages({ parity }: Installation, query: string): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < PAGES; n += 1) {
    const startedAt = performance.now();
    await parity.users.loadPage(parseUsersQuery(new URLSearchParams(query)));
    times.push(performance.now() - startedAt);
  }
  return computePercentile(times, 0.5);
}

async function timeAdopting({ url, reader, sandbox }: Installation): Promise<void> {
  const { signal } = new AbortController();
  const dir = await mkdtemp(path.join(tmpdir(), "parity-bench-"));
  const seconds = async (work: () => Promise<unknown>) => {
    const startedAt = performance.now();
    await work();
    return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  };
  try {
    await withPgClient(url, async (client) => {
      const reading = await readStripe(reader, { signal });
      if (!reading.ok) throw new Error(reading.message);
      const { facts } = reading;
      print(`  parity adopt: ${await seconds(() => proposeAdoption(client, { facts, signal }))}`);
      print(
        `  parity adopt --check: ${await seconds(() => checkAdoption(client, MAPPING, { facts, signal }))}`,
      );
    });
    const file = path.join(dir, "parity.mapping.yaml");
    await writeFile(file, MAPPING);
    const startedAt = performance.now();
    const { status, stdout } = spawnSync(
      process.execPath,
      ["--import", "tsx", "app/cli/parity.ts", "audit", "--database-url", url, "--mapping", file, "--json"],
      {
        env: { ...process.env, STRIPE_SECRET_KEY: PRODUCTION_KEY, STRIPE_API_BASE: sandbox.url },
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    if (status === 1) print(stdout);
    const took = ((performance.now() - startedAt) / 1000).toFixed(1);
    print(
      `  parity audit, with its own PostgreSQL and the reading of Stripe: ${took} s (exit code ${status})`,
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

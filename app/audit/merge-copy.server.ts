import type pg from "pg";
import { z } from "zod";
import { SCHEMA } from "./staging.server";

type Client = Pick<pg.ClientBase, "query">;

/** The names of the files, for sentences; null for a database. */
export type CopiedFiles = { owners: string; subscriptions: string | null } | null;
/** What was more than one for an owner, and what belongs to none. */
export type Merged = {
  owners: number;
  repeatedOwners: number;
  repeatedSubscriptions: number;
  subscriptionsLeft: number;
};

const countRow = z.object({ count: z.number() });

/**
 * Makes of the copied rows one of each owner: of several the one that counts, with what the rows of a second file say. Where
 * several rows of an owner say different things, and nothing says which of them counts, the owner is not judged.
 */
export async function mergeCopy(client: Client, files: CopiedFiles): Promise<Merged> {
  const repeatedOwners = await chooseRows(client, "owners", ["id"], files?.owners ?? null);
  // What belongs to another row of the owner.
  for (const [table, owner] of [
    ["subscriptions", "userId"],
    ["workspaces", "ownerId"],
  ])
    if (repeatedOwners > 0)
      await client.query(`DELETE FROM ${SCHEMA}.${table} t USING ${SCHEMA}.owners o
        WHERE o.id = t."${owner}" AND o.line <> t.line`);
  const repeatedSubscriptions = await chooseRows(client, "subscriptions", ["userId"], null);
  await chooseRows(client, "workspaces", ["id"], null);
  await client.query(`ALTER TABLE ${SCHEMA}.owners ADD PRIMARY KEY (id);
    ALTER TABLE ${SCHEMA}.subscriptions ADD PRIMARY KEY ("userId");
    ALTER TABLE ${SCHEMA}.workspaces ADD PRIMARY KEY (id)`);
  const subscriptionsLeft = files?.subscriptions ? await joinSubscriptions(client, files.subscriptions) : 0;
  await client.query(`INSERT INTO ${SCHEMA}.not_judged
    SELECT DISTINCT ON (w.id) w.id, t.why FROM ${WAYS} w JOIN ${SCHEMA}.troubles t USING (kind, key) ORDER BY w.id, t.line`);
  const owners = await count(client, `SELECT count(*)::int AS count FROM ${SCHEMA}.owners`);
  return { owners, repeatedOwners, repeatedSubscriptions, subscriptionsLeft };
}

/** By what an owner is named, the surest way first. */
const WAYS = `(
  SELECT id, 1 AS way, 'owner' AS kind, id AS key FROM ${SCHEMA}.owners
  UNION ALL SELECT id, 2, 'customer', "stripeCustomerId" FROM ${SCHEMA}.owners WHERE "stripeCustomerId" IS NOT NULL
  UNION ALL SELECT id, 3, 'email', lower(email COLLATE "C") FROM ${SCHEMA}.owners WHERE email IS NOT NULL)`;

async function count(client: Client, sql: string): Promise<number> {
  const { rows } = await client.query<unknown[]>(sql);
  return z.array(countRow).parse(rows)[0]?.count ?? 0;
}

/** Leaves the highest of several rows with the same key, and returns how many were left out. `file`: null where rows have no rank. */
async function chooseRows(
  client: Client,
  table: "owners" | "subscriptions" | "workspaces" | "found",
  keys: readonly string[],
  file: string | null,
): Promise<number> {
  const listed = keys.map((key) => `"${key}"`).join(", ");
  const order = file === null ? "t.ctid" : `t.rank DESC, t.line`;
  await client.query(`DROP TABLE IF EXISTS ${SCHEMA}.repeated;
    CREATE TABLE ${SCHEMA}.repeated AS SELECT t.*, t.ctid AS place, row_number() OVER (PARTITION BY ${listed} ORDER BY ${order}) AS nth,
      ${file === null ? "NULL" : `max(t.rank) OVER (PARTITION BY ${listed})`} AS top FROM ${SCHEMA}.${table} t WHERE (${listed}) IN (SELECT ${listed} FROM ${SCHEMA}.${table} GROUP BY ${listed} HAVING count(*) > 1)`);
  // Several words that only the application understands, of which any may give access.
  if (file !== null)
    await client.query(
      `INSERT INTO ${SCHEMA}.troubles (kind, key, line, why)
       SELECT ${table === "owners" ? `'owner', id` : "kind, key"}, min(line), 'lines ' || string_agg(line::text, ', ' ORDER BY line) || ' of ' || $1 ||
         ' say different things: ' || string_agg(DISTINCT says, ', ')
       FROM ${SCHEMA}.repeated WHERE rank ~ '^1' AND rank = top GROUP BY ${listed} HAVING count(DISTINCT says) > 1`,
      [file],
    );
  const { rowCount } = await client.query(
    `DELETE FROM ${SCHEMA}.${table} t USING ${SCHEMA}.repeated r WHERE r.place = t.ctid AND r.nth > 1`,
  );
  await client.query(`DROP TABLE ${SCHEMA}.repeated`);
  return rowCount ?? 0;
}

/** Gives owners what the file of subscriptions says, and returns how many of its owners are not among them. */
async function joinSubscriptions(client: Client, file: string): Promise<number> {
  await chooseRows(client, "found", ["kind", "key"], file);
  const take = (columns: readonly string[], first: string, second: string) =>
    columns.map((name) => `"${name}" = coalesce(${first}."${name}", ${second}."${name}")`).join(", ");
  await client.query(`
    CREATE TABLE ${SCHEMA}.joined AS SELECT DISTINCT ON (w.id) w.id AS "userId", f.*
      FROM ${WAYS} w JOIN ${SCHEMA}.found f USING (kind, key) ORDER BY w.id, w.way;
    UPDATE ${SCHEMA}.owners t SET ${take(["plan", "subscriptionStatus", "currentPeriodEnd", "cancelAtPeriodEnd"], "j", "t")},
      ${take(["stripeCustomerId"], "t", "j")} FROM ${SCHEMA}.joined j WHERE j."userId" = t.id;
    UPDATE ${SCHEMA}.subscriptions t SET ${take(SUBSCRIPTION, "j", "t")} FROM ${SCHEMA}.joined j WHERE j."userId" = t."userId";
    INSERT INTO ${SCHEMA}.subscriptions ("userId", ${SUBSCRIPTION.map((name) => `"${name}"`).join(", ")})
      SELECT "userId", ${SUBSCRIPTION.map((name) => `"${name}"`).join(", ")} FROM ${SCHEMA}.joined
      WHERE "stripeSubscriptionId" IS NOT NULL ON CONFLICT DO NOTHING`);
  return count(
    client,
    `SELECT count(*)::int AS count FROM ${SCHEMA}.found f
     WHERE NOT EXISTS (SELECT FROM ${SCHEMA}.joined j WHERE j.kind = f.kind AND j.key = f.key)`,
  );
}

const SUBSCRIPTION = ["stripeSubscriptionId", "stripePriceId", "productId"] as const;

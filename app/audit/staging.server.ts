import type pg from "pg";
import { z } from "zod";
import { BILLING_FIELDS, USER_FIELDS } from "~/mapping/bridge/relations";
import { FILE_FIELDS, type FileFieldName } from "~/mapping/file-fields";
import { type InstalledFacts, installBridge } from "~/mapping/install.server";
import type { MappingDocument } from "~/mapping/mapping.server";
import type { Database } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

type Client = Pick<pg.ClientBase, "query">;

/** The tables into which what is audited is copied, whatever it comes from. Their schema. */
export const SCHEMA = "audited";

/**
 * `found`: rows of a file of subscriptions, by what names their owner; `troubles`: why an owner, by what names it, cannot be
 * judged.
 */
export const STAGED_TABLES = ["owners", "subscriptions", "workspaces", "found", "troubles"] as const;
export type StagedTable = (typeof STAGED_TABLES)[number];

/** What is known of an application: how its copy is to be read, and what else is to be said about it. */
export type Described = {
  /** The mapping by which the rules judge: which fields are recorded, and in which words. */
  document: MappingDocument;
  facts: InstalledFacts;
};

const TYPES = { text: "text", number: "bigint", boolean: "boolean", time: "timestamptz" } as const;
/** What the engine takes for granted in every record, where nothing is known. */
const DEFAULTS: Partial<Record<string, string>> = {
  email: "''",
  emailVerified: "false",
  cancelAtPeriodEnd: "false",
  createdAt: "'epoch'",
  updatedAt: "'epoch'",
  stripePriceId: "''",
  status: "''",
  currency: "''",
};

const describeColumn = (days: readonly string[]) => (name: FileFieldName) => {
  const field = FILE_FIELDS[name];
  const type = days.includes(name) ? "date" : TYPES[field.kind];
  return `"${field.name}" ${type}`;
};

const SET_TYPES = { text: "text", number: "bigint", boolean: "boolean" } as const;

/** Makes the tables for the copy. Nothing in them is unique yet: an application's data may break every rule. */
export async function createStagingTables(
  client: Client,
  { facts }: Pick<Described, "facts">,
): Promise<void> {
  const column = describeColumn(facts.days);
  const sets = Object.entries(facts.sets).map(([name, type]) => `"sets.${name}" ${SET_TYPES[type]}`);
  // Which row of a file it is, which of several of one owner counts, and what it says of the access.
  const line = "line bigint";
  const order = [line, 'rank text COLLATE "C"', "says text"];
  const found = (["customer", "plan", "status", "periodEnd", "cancelAtPeriodEnd"] as const).map(column);
  const subscription = (["subscription", "price", "product"] as const).map(column);
  const tables: Record<StagedTable | "not_judged", string[]> = {
    owners: ["id text NOT NULL", ...USER_FIELDS.map(column), ...sets, ...order],
    subscriptions: ['"userId" text NOT NULL', ...BILLING_FIELDS.map(column), line],
    workspaces: [
      "id text NOT NULL",
      '"ownerId" text NOT NULL',
      "name text",
      "status text",
      "seats integer",
      line,
    ],
    found: ["kind text NOT NULL", "key text NOT NULL", ...found, ...subscription, ...order],
    troubles: ["kind text NOT NULL", "key text NOT NULL", line, "why text NOT NULL"],
    not_judged: ["id text PRIMARY KEY", "why text NOT NULL"],
  };
  await client.query(
    [
      `CREATE SCHEMA ${SCHEMA}`,
      ...Object.entries(tables).map(
        ([name, columns]) => `CREATE TABLE ${SCHEMA}.${name} (${columns.join(", ")})`,
      ),
    ].join(";\n"),
  );
}

/** Copies rows, each an object of JSON. */
export async function stageRows(client: Client, table: StagedTable, rows: readonly string[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `INSERT INTO ${SCHEMA}.${table} SELECT * FROM pg_catalog.jsonb_populate_recordset(NULL::${SCHEMA}.${table}, $1)`,
    [`[${rows.join(",")}]`],
  );
}

const notJudgedRow = z.object({ id: z.string(), why: z.string() });

/** Why these owners cannot be judged; those who can be are left out. */
export async function readNotJudged(db: Database, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await queryRows(
    db,
    notJudgedRow,
    sql`SELECT id, why FROM audited.not_judged WHERE id = ANY(${[...ids]})`,
  );
  return new Map(rows.map(({ id, why }) => [id, why]));
}

/** Lets the engine read the copy, and judge it by what the application's mapping says. */
export async function installStaging(client: Client, described: Described): Promise<void> {
  const defaults = [...USER_FIELDS, ...BILLING_FIELDS].flatMap((name) => {
    const { group, name: column } = FILE_FIELDS[name];
    const value = DEFAULTS[column];
    const table = group === "billing" ? "subscriptions" : "owners";
    return value === undefined
      ? []
      : [`UPDATE ${SCHEMA}.${table} SET "${column}" = ${value} WHERE "${column}" IS NULL`];
  });
  await client.query(`
    ${defaults.join(";\n")};
    CREATE INDEX ON ${SCHEMA}.owners ("stripeCustomerId");
    CREATE INDEX ON ${SCHEMA}.owners (lower(email COLLATE "C"));
    CREATE INDEX ON ${SCHEMA}.subscriptions ("stripeSubscriptionId");
    CREATE INDEX ON ${SCHEMA}.workspaces ("ownerId");
    ANALYZE`);
  await client.query("BEGIN");
  await installBridge(client, {
    document: createStagedDocument(described.facts),
    source: "the copy of an audit",
    installedBy: "parity audit",
  });
  await client.query("COMMIT");
  await judgeBy(client, described);
}

/** Judges from now on by another mapping; the copy stays. */
export async function judgeBy(client: Client, { document, facts }: Described): Promise<void> {
  await client.query(
    `UPDATE parity."Mapping" SET mapping = $1::text::jsonb, facts = $2::text::jsonb, hash = md5($1::text)`,
    [JSON.stringify(document), JSON.stringify(facts)],
  );
}

function createStagedDocument({ sets }: InstalledFacts): MappingDocument {
  const place = (alias: string) => (name: FileFieldName) => [name, `${alias}.${FILE_FIELDS[name].name}`];
  return {
    version: 1,
    tables: {
      owners: { table: `${SCHEMA}.owners`, key: "id" },
      subscriptions: { table: `${SCHEMA}.subscriptions`, owner: "userId", key: "userId" },
      workspaces: { table: `${SCHEMA}.workspaces`, owner: "ownerId", key: "id" },
    },
    fields: Object.fromEntries([
      ...USER_FIELDS.map(place("owners")),
      ...BILLING_FIELDS.map(place("subscriptions")),
    ]),
    access: {
      by: "workspaces",
      workspaces: { status: "workspaces.status", seats: "workspaces.seats", name: "workspaces.name" },
    },
    sets: Object.fromEntries(Object.keys(sets).map((name) => [name, `owners."sets.${name}"`])),
  };
}

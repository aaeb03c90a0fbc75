import type pg from "pg";
import { z } from "zod";
import { generateBridge } from "~/mapping/bridge/bridge";
import { BILLING_FIELDS, USER_FIELDS } from "~/mapping/bridge/relations";
import { ident, literal, qualify } from "~/mapping/bridge/sql-text";
import type { BridgeParts } from "~/mapping/bridge/values";
import { listAllPlaces } from "~/mapping/check-references.server";
import { FILE_FIELDS } from "~/mapping/file-fields";
import { listTables } from "~/mapping/mapping.server";
import { isColumnPlace } from "~/mapping/places";
import { readErrorText } from "~/platform/errors.server";
import type { Check } from "./report";
import { tryWords } from "./try-words.server";

type Client = Pick<pg.ClientBase, "query">;
type Row = Record<string, unknown>;

const SCHEMA = "parity_check";
const BATCH = 500;
const MOST_SHOWN = 5;

/**
 * Writes the present record of every owner through the bridge and counts the rows that change: none may. The bridge stands in a
 * schema of its own meanwhile, and everything is rolled back by the caller, who opened the transaction.
 */
export async function checkRoundTrip(
  client: Client,
  parts: BridgeParts,
  { signal, progress = () => {} }: { signal: AbortSignal; progress?: (text: string) => void },
): Promise<Check[]> {
  await client.query("SAVEPOINT round_trip");
  try {
    await client.query(`CREATE SCHEMA ${SCHEMA}`);
    await client.query(
      `CREATE TABLE ${SCHEMA}."ChosenSubscription" ("userId" text PRIMARY KEY, "subscriptionId" text NOT NULL)`,
    );
    await client.query(generateBridge(parts).replaceAll(/\bparity\./g, `${SCHEMA}.`));
  } catch (error) {
    await client.query("ROLLBACK TO SAVEPOINT round_trip");
    return [
      {
        ...{ level: isForbidden(error) ? "note" : "problem", about: "round trip" },
        text: `not made: ${readErrorText(error)}${isForbidden(error) ? ". The role needs CREATE on the database for it" : ""}`,
      },
    ];
  }
  const started = performance.now();
  const { rows } = await client.query<{ id: string }>(`SELECT id FROM ${SCHEMA}."User" ORDER BY id`);
  const ids = rows.map(({ id }) => id);
  const different: string[] = [];
  const refused: string[] = [];
  for (let at = 0; at < ids.length && !signal.aborted; at += BATCH) {
    progress(`Round trip: ${at} of ${ids.length} owners`);
    const batch = await readRecords(client, ids.slice(at, at + BATCH));
    const outcome = await writeRecords(client, batch);
    if (outcome === 0) continue;
    for (const record of batch) {
      const one = await writeRecords(client, [record]);
      if (typeof one === "string") refused.push(`${String(record.userId)}: ${one}`);
      else if (one > 0) different.push(String(record.userId));
    }
  }
  const seconds = (performance.now() - started) / 1000;
  const triggers = [...(await tryTriggers(client, parts)), ...(await tryWords(client, parts))];
  const checks: Check[] = [
    {
      level: different.length > 0 ? "problem" : "ok",
      about: "round trip",
      text: `${ids.length} owners written as they are, in a transaction that is rolled back: ${different.length} differ afterwards${listSome(different)}`,
    },
    ...(refused.length > 0
      ? [
          {
            ...{ level: "problem" as const, about: "round trip" },
            text: `${refused.length} records were refused: ${refused.slice(0, MOST_SHOWN).join("; ")}`,
          },
        ]
      : []),
    ...triggers,
    {
      ...{ level: "note", about: "first run" },
      text: `reading and comparing took ${seconds.toFixed(1)} s for ${ids.length} owners. A first run takes about twice as long, and the time to read Stripe: a second for each 2,500 subscriptions`,
    },
  ];
  await client.query("ROLLBACK TO SAVEPOINT round_trip");
  return checks;
}

const listSome = (ids: readonly string[]): string =>
  ids.length === 0 ? "" : ` (${ids.slice(0, MOST_SHOWN).join(", ")}${ids.length > MOST_SHOWN ? ", …" : ""})`;

const databaseError = z.object({ code: z.string() });
const isForbidden = (error: unknown): boolean => databaseError.safeParse(error).data?.code === "42501";

async function readRecords(client: Client, ids: readonly string[]): Promise<Row[]> {
  const users = await client.query<Row>(`SELECT * FROM ${SCHEMA}.users_by_id($1)`, [ids]);
  const billing = await client.query<Row>(`SELECT * FROM ${SCHEMA}.billing_by_user($1)`, [ids]);
  const workspaces = await client.query<Row>(`SELECT * FROM ${SCHEMA}.workspaces_by_owner($1)`, [ids]);
  const rowsById = new Map(billing.rows.map((row) => [row.userId, row]));
  const names = USER_FIELDS.filter((name) => FILE_FIELDS[name].group === "user").map(
    (name) => FILE_FIELDS[name].name,
  );
  return users.rows.map((user) => {
    const row = rowsById.get(user.id);
    const sets = Object.keys(user).filter((name) => name.startsWith("sets."));
    return {
      userId: user.id,
      user: pick(user, [...names, ...sets]),
      billing: row
        ? pick(
            row,
            BILLING_FIELDS.map((name) => FILE_FIELDS[name].name),
          )
        : null,
      ...{ ends: false, takesOverRow: false, subscriptions: [] },
      workspaces: workspaces.rows
        .filter(({ ownerId }) => ownerId === user.id)
        .map((one) => pick(one, ["id", "status", "seats"])),
    };
  });
}

const pick = (row: Row, names: readonly string[]): Row =>
  Object.fromEntries(names.map((name) => [name, toPlain(row[name])]));

const toPlain = (value: unknown): unknown =>
  value instanceof Date ? Math.floor(value.getTime() / 1000) : (value ?? null);

/** How many rows changed, or why the records were refused. */
async function writeRecords(client: Client, records: readonly Row[]): Promise<number | string> {
  await client.query("SAVEPOINT written");
  try {
    const { rows } = await client.query<{ written: number }>(
      `SELECT ${SCHEMA}.write_records($1) AS written`,
      [JSON.stringify(records)],
    );
    return rows[0]?.written ?? 0;
  } catch (error) {
    return readErrorText(error);
  } finally {
    await client.query("ROLLBACK TO SAVEPOINT written");
  }
}

const TRIED_ROWS = 100;

/** Writes values as they are, so that the application's triggers run, and says which of them object. */
async function tryTriggers(client: Client, { mapping, catalog }: BridgeParts): Promise<Check[]> {
  const sources = [...mapping.tables.owners.map((kind) => [kind.as, kind] as const), ...listTables(mapping)];
  const checks: Check[] = [];
  let tried = 0;
  for (const [alias, { table }] of sources) {
    const columns = [
      ...new Set(
        listAllPlaces(mapping).flatMap(({ path, place }) =>
          isColumnPlace(place) && place.alias === alias && !isPersonal(path) ? [place.column] : [],
        ),
      ),
    ];
    if (!table || catalog.tables[alias]?.relation !== "table" || columns.length === 0) continue;
    await client.query("SAVEPOINT tried");
    const report = (text: string) =>
      checks.push({ ...{ level: "problem", about: `${table.schema}.${table.name}` }, text });
    try {
      const { rows } = await client.query<unknown[]>(updateAsItIs(qualify(table), columns));
      await client.query("SET CONSTRAINTS ALL IMMEDIATE");
      const [row] = z.array(triedRow).parse(rows);
      const { chosen, updated, changed } = row ?? { chosen: 0, updated: 0, changed: [] };
      tried += updated;
      if (updated < chosen)
        report(
          `a trigger or a rule keeps ${chosen - updated} of ${chosen} rows from being updated, without an error: what Parity writes would be lost`,
        );
      if (changed.length > 0)
        report(
          `a trigger changes ${changed.join(", ")} when a row is written, so that each run would find a difference again. Leave it out under fields, or map the words that the trigger writes`,
        );
    } catch (error) {
      report(`an update of ${columns.join(", ")} was refused: ${readErrorText(error)}`);
    }
    await client.query("ROLLBACK TO SAVEPOINT tried");
  }
  return [
    ...checks,
    {
      level: "ok",
      about: "triggers",
      text: `${tried} rows updated as they are: ${checks.length} of the tables objected`,
    },
  ];
}

const triedRow = z.object({ chosen: z.number(), updated: z.number(), changed: z.array(z.string()) });

/** Writes some rows as they are: how many there were, how many were written, and which columns a trigger changed. */
function updateAsItIs(table: string, columns: readonly string[]): string {
  const sets = columns.map((name) => `${ident(name)} = t.${ident(name)}`).join(", ");
  const before = columns.map((name, index) => `b.${ident(name)}::text AS c${index}`).join(", ");
  const changed = columns.map(
    (name, index) =>
      `CASE WHEN t.${ident(name)}::text IS DISTINCT FROM chosen.c${index} THEN ${literal(name)} END`,
  );
  return `WITH chosen AS MATERIALIZED (SELECT b.tableoid AS part, b.ctid AS place, ${before} FROM ${table} b LIMIT ${TRIED_ROWS}),
    written AS (UPDATE ${table} t SET ${sets} FROM chosen WHERE t.tableoid = chosen.part AND t.ctid = chosen.place
      RETURNING ARRAY[${changed.join(", ")}]::text[] AS changed)
    SELECT (SELECT count(*)::int FROM chosen) AS chosen, (SELECT count(*)::int FROM written) AS updated,
      ARRAY(SELECT DISTINCT one FROM written, pg_catalog.unnest(changed) one WHERE one IS NOT NULL ORDER BY 1) AS changed`;
}

const PERSONAL = new Set(["email", "emailVerified", "name", "createdAt", "updatedAt"]);
const isPersonal = (path: readonly PropertyKey[]): boolean => PERSONAL.has(String(path.at(-1)));

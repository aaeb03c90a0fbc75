import type { Client } from "pg";
import { z } from "zod";
import { findPendingMigrations, listMigrations } from "~/platform/migrations/migrate.server";
import { queryOn } from "~/platform/migrations/pg-client.server";
import { readLedger } from "~/platform/migrations/schema.server";
import { defineCheck, ok, problem, warning } from "../check";

const OLDEST_POSTGRES = 150_000;

const stateRow = z.object({
  database: z.string(),
  role: z.string(),
  version: z.string(),
  number: z.coerce.number(),
  readOnly: z.boolean(),
  connections: z.number(),
  most: z.coerce.number(),
  path: z.array(z.string()),
});

const STATE = `
  SELECT current_database()::text AS database, current_user::text AS role, split_part(current_setting('server_version'), ' ', 1) AS version,
    current_setting('server_version_num') AS number,
    current_setting('transaction_read_only') = 'on' OR pg_is_in_recovery() AS "readOnly",
    (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
    current_setting('max_connections') AS most, current_schemas(false)::text[] AS path`;

async function readState(client: Pick<Client, "query">): Promise<z.output<typeof stateRow>> {
  const { rows } = await client.query<Record<string, unknown>>(STATE);
  return stateRow.parse(rows[0]);
}

/** So full that the next processes may find no connection. */
const NEARLY_FULL = 0.9;

const database = defineCheck({
  id: "database",
  group: "database",
  title: "Database",
  needs: "database",
  async look(client) {
    const { database: name, version, number, readOnly, connections, most } = await readState(client);
    const found = [];
    if (readOnly)
      found.push(
        problem(
          `${name} is read-only: nothing can be repaired.`,
          "Point DATABASE_URL at the primary server, or wait for the end of a fail-over.",
        ),
      );
    else found.push(ok(`${name} on PostgreSQL ${version}. It answers and can be written.`));
    if (number < OLDEST_POSTGRES)
      found.push(
        problem(`PostgreSQL ${version} is older than what Parity needs.`, "Use PostgreSQL 15 or newer."),
      );
    if (connections >= most * NEARLY_FULL)
      found.push(
        warning(
          `${connections} of ${most} connections are taken.`,
          "Raise max_connections, or put PgBouncer in front.",
        ),
      );
    return found;
  },
});

/** With the schema of a role's own name in the search path, names without a schema lead into ours. */
const searchPath = defineCheck({
  id: "search_path",
  group: "database",
  title: "Search path",
  needs: "database",
  async look(client, { surroundings: { isDemo } }) {
    const { role, path } = await readState(client);
    if (isDemo) return [ok("No other program uses the demo’s role.")];
    if (!path.includes("parity"))
      return [
        ok(`Names without a schema are looked up in ${path.join(", ") || "no schema"}, not in Parity’s.`),
      ];
    return [
      warning(
        role === "parity"
          ? `The role is named parity, so “$user” in the search path is Parity’s own schema: other programs with this role find Parity’s tables in place of the application’s.`
          : `The schema parity is on the search path of ${role}: other programs with this role find Parity’s tables in place of the application’s.`,
        `Take it off the path: ALTER ROLE ${role} SET search_path = public`,
      ),
    ];
  },
});

const schema = defineCheck({
  id: "schema",
  group: "database",
  title: "Schema",
  needs: "database",
  async look(client) {
    const query = queryOn(client);
    const [ledger, known] = [await readLedger(query), await listMigrations()];
    if (ledger.size === 0)
      return [problem("Parity’s own tables are not there yet.", "Run: npm run db:migrate")];
    const pending = await findPendingMigrations(query);
    const newer = [...ledger.keys()].filter((name) => !known.includes(name));
    if (newer.length > 0)
      return [
        warning(
          `The database is newer than this program: it has ${newer.join(", ")}.`,
          "Start the version that made them; an older one may be stopped by what it does not know.",
        ),
      ];
    if (pending.length > 0)
      return [problem(`The database is behind by ${pending.join(", ")}.`, "Run: npm run db:migrate")];
    return [ok(`All ${ledger.size} migrations are applied.`)];
  },
});

const zoneRow = z.object({ zone: z.string() });

const timeZone = defineCheck({
  id: "time_zone",
  group: "database",
  title: "Time zone",
  needs: "database",
  async look(client, { surroundings }) {
    const { rows } = await client.query<Record<string, unknown>>(
      `SELECT current_setting('TimeZone') AS zone`,
    );
    const { zone } = zoneRow.parse(rows[0]);
    return [
      ok(
        `Database ${zone}, this server ${surroundings.timeZone}. Parity compares times in UTC, whatever they are.`,
      ),
    ];
  },
});

/** Clocks that differ by less do no harm. Seconds. */
export const CLOCK_DIFFERENCE = 60;

const timeRow = z.object({ now: z.number() });

const clock = defineCheck({
  id: "clock",
  group: "database",
  title: "Clock",
  needs: "database",
  async look(client, { surroundings }) {
    const { rows } = await client.query<Record<string, unknown>>(
      `SELECT extract(epoch FROM clock_timestamp())::float8 AS now`,
    );
    return [compareClocks(surroundings.now() - timeRow.parse(rows[0]).now, "the database’s")];
  },
});

/** What it means that this server's clock is so many seconds ahead of another one. */
export function compareClocks(seconds: number, whose: string) {
  if (Math.abs(seconds) <= CLOCK_DIFFERENCE) return ok(`This server’s clock agrees with ${whose}.`);
  return problem(
    `This server’s clock is ${Math.round(Math.abs(seconds))} seconds ${seconds > 0 ? "ahead of" : "behind"} ${whose}.`,
    "Let the system set its clock (NTP): webhooks and tokens are refused when it is minutes wrong.",
  );
}

export const DATABASE_CHECKS = [database, searchPath, schema, timeZone, clock];

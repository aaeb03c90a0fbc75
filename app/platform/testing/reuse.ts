import { z } from "zod";
import type { Database } from "~/platform/client.server";

/** Connections of tests' own pools have this name, so that others can be told from them. */
export const POOL_NAME = "parity of a test";

/** A database with its open connections. */
export type Reusable = {
  db: Database;
  url: string;
  /** Tables that have rows in a database that no test has had: the ledgers of migrations. */
  kept: readonly string[];
  /** What it was like before a test had it, except for the rows that tests write. */
  shape: string;
  remove(): Promise<void>;
};

/**
 * Databases that tests gave back, empty again. Connections that have seen all tables and a client that has planned the
 * usual queries save half of a test's time. Test files of a process share them.
 */
const free: Reusable[] = [];
/** Each holds up to five connections, and several processes run tests. */
const MOST_FREE = 2;

export function takeFree(): Reusable | undefined {
  return free.pop();
}

/** Empties a database and keeps it, or removes it when it is in use or is no longer what it was. */
export async function giveBack(database: Reusable): Promise<void> {
  const isKept = free.length < MOST_FREE && (await empty(database).catch(() => false));
  if (isKept) free.push(database);
  else await database.remove();
}

/**
 * The client for one test. What goes on in the background after the test has ended gets an error, instead of a place in
 * the next test's database.
 */
export function lend(db: Database): { db: Database; end(): void } {
  let ended = false;
  const lent = new Proxy(db, {
    get(target, key) {
      if (ended && key !== "$disconnect") throw new Error("The test of this database has ended");
      const value: unknown = Reflect.get(target, key);
      return value;
    },
  });
  return {
    db: lent,
    end() {
      ended = true;
    },
  };
}

/** Up to this size a table is emptied row by row: after TRUNCATE every connection learns the table anew. */
const SMALL_BYTES = 64 * 1024;
/** The first number of what is not PostgreSQL's own. */
const FIRST_OID = 16_384;
const USED = `oid >= ${FIRST_OID} AND relkind = 'r' AND pg_relation_size(oid) > 0`;
/** Catalogs, and by what their rows are found that are not PostgreSQL's own, which are most. */
const DEFINITIONS: [catalog: string, key: string][] = [
  ["pg_attribute", "attrelid"],
  ["pg_attrdef", "oid"],
  ["pg_constraint", "oid"],
  ["pg_index", "indexrelid"],
  ["pg_proc", "oid"],
  ["pg_rewrite", "oid"],
  ["pg_trigger", "oid"],
  ["pg_type", "oid"],
];

/** A new database, which no test has had yet. */
export async function createReusable(given: Pick<Reusable, "db" | "url" | "remove">): Promise<Reusable> {
  const rows = await given.db.$queryRawUnsafe(
    `SELECT oid::regclass::text AS name FROM pg_class WHERE ${USED}`,
  );
  const kept = z.array(z.object({ name: z.string() })).parse(rows);
  const tables = kept.map(({ name }) => name);
  return { ...given, kept: tables, shape: await readShape(given.db, tables) };
}

/** Changes with every definition, row of `kept`, setting of the database, and what the planner was told. */
async function readShape(db: Database, kept: readonly string[]): Promise<string> {
  const sources = [
    ...DEFINITIONS.map(([catalog, key]) => `${catalog} WHERE ${key} >= ${FIRST_OID}`),
    ...["pg_namespace", ...kept],
  ];
  const parts = sources.map((source) => `(SELECT sum(xmin::text::bigint) || '/' || count(*) FROM ${source})`);
  const rows = await db.$queryRawUnsafe(`
    SELECT concat_ws(' ', ${parts.join(", ")},
      (SELECT count(*) FROM pg_statistic WHERE starelid >= ${FIRST_OID}),
      (SELECT count(*) FROM pg_class WHERE oid >= ${FIRST_OID} AND relkind = 'r' AND reltuples >= 0),
      (SELECT count(*) FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase
       WHERE datname = current_database())) AS shape`);
  return z.tuple([z.object({ shape: z.string() })]).parse(rows)[0].shape;
}

/** Whether it is as new again. Its sequences begin at their first values. */
async function empty({ db, kept, shape }: Reusable): Promise<boolean> {
  if (await isInUse(db)) return false;
  const names = kept.map((name) => `'${name.replaceAll("'", "''")}'`);
  await db.$executeRawUnsafe(`
    DO $$ DECLARE used record; BEGIN
      SET LOCAL session_replication_role = replica; -- the audit refuses it otherwise
      SET LOCAL lock_timeout = '5s';
      FOR used IN
        SELECT oid::regclass AS name, pg_relation_size(oid) AS size FROM pg_class
        WHERE ${USED} AND oid::regclass::text NOT IN (${names.join(", ")})
      LOOP
        EXECUTE CASE WHEN used.size > ${SMALL_BYTES} THEN format('TRUNCATE %s CASCADE', used.name)
          ELSE format('DELETE FROM %s', used.name) END;
      END LOOP;
      PERFORM setval(format('%I.%I', schemaname, sequencename), start_value, false) FROM pg_sequences
      WHERE last_value IS NOT NULL;
    END $$`);
  return (await readShape(db, kept)) === shape;
}

/** Whether something goes on in it: another process is connected, or the test left work behind. */
async function isInUse(db: Database): Promise<boolean> {
  const rows = await db.$queryRaw`
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
      AND (application_name <> ${POOL_NAME} OR state <> 'idle')`;
  return z.array(z.unknown()).parse(rows).length > 0;
}

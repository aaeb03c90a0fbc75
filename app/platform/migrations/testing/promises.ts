import { z } from "zod";
import type { Query } from "../pg-client.server";

/** What processes rely on in the schema `parity`: each promise by what it is about, with what it says. */
export type Promises = {
  /** `Run.id` → its type, and whether a row can be written without it. */
  columns: Map<string, { type: string; mayBeLeftOut: boolean; isNullable: boolean }>;
  /** What a row of a table must fulfil, and what happens when it is written: constraints, unique indexes, triggers. */
  demands: Map<string, string>;
  /** Name and arguments → what comes back. */
  functions: Map<string, string>;
};

const COLUMNS = `
  SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, a.atttypmod) AS says,
    a.atthasdef OR a.attidentity <> '' OR NOT a.attnotnull AS optional, NOT a.attnotnull AS nullable
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relnamespace = 'parity'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped`;
const DEMANDS = `
  SELECT c.relname || ': ' || pg_get_constraintdef(n.oid) AS name
  FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid
  WHERE n.connamespace = 'parity'::regnamespace AND n.contype IN ('c', 'f', 'x')
  UNION ALL
  SELECT c.relname || ': unique ' || regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING ', '')
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
  WHERE c.relnamespace = 'parity'::regnamespace AND i.indisunique
  UNION ALL
  SELECT c.relname || ': ' || regexp_replace(pg_get_triggerdef(t.oid), '^CREATE TRIGGER ', 'trigger ')
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  WHERE c.relnamespace = 'parity'::regnamespace AND NOT t.tgisinternal`;
const FUNCTIONS = `
  SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS name,
    pg_get_function_result(p.oid) AS says
  FROM pg_proc p WHERE p.pronamespace = 'parity'::regnamespace`;

const column = z.object({ name: z.string(), says: z.string(), optional: z.boolean(), nullable: z.boolean() });
const demand = z.object({ name: z.string() });
const declared = z.object({ name: z.string(), says: z.string() });

/** Reads what a process may rely on now. */
export async function readPromises(query: Query): Promise<Promises> {
  const columns = z.array(column).parse(await query(COLUMNS));
  const demands = z.array(demand).parse(await query(DEMANDS));
  const functions = z.array(declared).parse(await query(FUNCTIONS));
  return {
    columns: new Map(
      columns.map(({ name, says, optional, nullable }) => [
        name,
        { type: says, mayBeLeftOut: optional, isNullable: nullable },
      ]),
    ),
    demands: new Map(demands.map(({ name }) => [name, toTable(name)])),
    functions: new Map(functions.map(({ name, says }) => [name, says])),
  };
}

const toTable = (name: string) => name.slice(0, name.search(/[.:]/));

/** What a process that was written for `before` can trip over after a migration, one sentence each. */
export function findBroken(before: Promises, after: Promises): string[] {
  const known = new Set([...before.columns.keys()].map(toTable));
  const broken: string[] = [];
  for (const [name, was] of before.columns) {
    const is = after.columns.get(name);
    if (!is) broken.push(`${name} is gone`);
    else if (is.type !== was.type) broken.push(`${name} is ${is.type}, and was ${was.type}`);
    else if (was.isNullable && !is.isNullable) broken.push(`${name} may not be empty any more`);
    else if (was.mayBeLeftOut && !is.mayBeLeftOut) broken.push(`${name} has no default any more`);
  }
  for (const [name, { mayBeLeftOut }] of after.columns)
    if (!before.columns.has(name) && known.has(toTable(name)) && !mayBeLeftOut)
      broken.push(`${name} is new, and a row cannot be written without it`);
  for (const [demand, table] of after.demands)
    if (!before.demands.has(demand) && known.has(table)) broken.push(`new demand: ${demand}`);
  // ON CONFLICT names a unique index by its columns, and fails without it.
  for (const [demand] of before.demands)
    if (demand.includes(": unique ") && !after.demands.has(demand)) broken.push(`gone: ${demand}`);
  for (const [name, was] of before.functions) {
    const is = after.functions.get(name);
    if (is === undefined) broken.push(`${name} is gone`);
    else if (is !== was) broken.push(`${name} returns ${is}, and returned ${was}`);
  }
  return broken;
}

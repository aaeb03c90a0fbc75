import type pg from "pg";
import { z } from "zod";
import { qualify, shownName } from "~/mapping/bridge/sql-text";
import type { BridgeParts } from "~/mapping/bridge/values";
import { listNeededRights } from "~/mapping/grants/needed-rights";
import { describeTable } from "~/mapping/places";
import type { Check } from "./report";

const policyRow = z.object({
  role: z.string(),
  isActive: z.boolean(),
  isOpen: z.boolean(),
  restricting: z.array(z.string()),
});

/** Which policies apply to the role that reads, and whether one of them shows every row. */
const POLICIES = `
  WITH mine AS (SELECT p.* FROM pg_catalog.pg_policy p WHERE p.polrelid = $1::pg_catalog.regclass AND p.polcmd IN ('*', 'r')
    AND EXISTS (SELECT 1 FROM pg_catalog.unnest(p.polroles) AS named(role)
      WHERE named.role = 0 OR pg_catalog.pg_has_role(named.role, 'USAGE')))
  SELECT current_user::pg_catalog.text AS role, pg_catalog.row_security_active($1::pg_catalog.regclass) AS "isActive",
    EXISTS (SELECT 1 FROM mine WHERE polpermissive AND pg_catalog.pg_get_expr(polqual, polrelid) = 'true') AS "isOpen",
    ARRAY(SELECT polname::pg_catalog.text FROM mine WHERE NOT polpermissive
      AND pg_catalog.pg_get_expr(polqual, polrelid) <> 'true' ORDER BY 1) AS restricting`;

/** Rows that row level security hides are no owners to Parity, and a person would take the rest for all. */
export async function checkHiddenRows(
  client: Pick<pg.ClientBase, "query">,
  parts: BridgeParts,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const { table } of listNeededRights(parts)) {
    const { rows } = await client.query<unknown[]>(POLICIES, [qualify(table)]);
    const [found] = z.array(policyRow).parse(rows);
    if (!found?.isActive || (found.isOpen && found.restricting.length === 0)) continue;
    const [name, to] = [`${shownName(table.schema)}.${shownName(table.name)}`, shownName(found.role)];
    const remedy =
      found.restricting.length > 0
        ? `leave ${to} out of the restrictive policies ${found.restricting.join(", ")}`
        : `CREATE POLICY parity ON ${name} TO ${to} USING (true) WITH CHECK (true)`;
    checks.push({
      ...{ level: "problem", about: describeTable(table) },
      text: `row level security may hide rows of it from the role ${found.role}, and owners that are not seen are not compared. ${remedy}`,
    });
  }
  return checks;
}

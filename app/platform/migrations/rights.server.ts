import { z } from "zod";
import { type Query, quoteIdentifier } from "./pg-client.server";

const rightsRow = z.object({
  role: z.string(),
  database: z.string(),
  isMade: z.boolean(),
  mayCreateSchemas: z.boolean(),
  mayCreate: z.boolean().nullable(),
});

const RIGHTS = `
  SELECT current_user AS role, current_database() AS database, to_regnamespace('parity') IS NOT NULL AS "isMade",
    has_database_privilege(current_database(), 'CREATE') AS "mayCreateSchemas",
    has_schema_privilege(to_regnamespace('parity')::oid, 'CREATE')
      AND has_schema_privilege(to_regnamespace('parity')::oid, 'USAGE') AS "mayCreate"`;

/** What the owner of the database has to run before the migrations can; empty when nothing is missing. */
export async function findMissingRights(query: Query): Promise<string[]> {
  const [row] = await query(RIGHTS);
  const rights = rightsRow.parse(row);
  const [role, database] = [quoteIdentifier(rights.role), quoteIdentifier(rights.database)];
  if (rights.isMade) return rights.mayCreate ? [] : [`GRANT USAGE, CREATE ON SCHEMA parity TO ${role};`];
  if (rights.mayCreateSchemas) return [];
  return [
    `CREATE SCHEMA parity AUTHORIZATION ${role};  -- or: GRANT CREATE ON DATABASE ${database} TO ${role};`,
  ];
}

/** The role lacks rights; nothing was changed. */
export class MissingRights extends Error {
  override name = "MissingRights";

  constructor(missing: readonly string[]) {
    super(
      [
        "The role of DATABASE_URL may not create what Parity needs. Nothing was changed. The owner of the database runs:",
        ...missing.map((line) => `  ${line}`),
        "Then repeat: npm run db:migrate",
      ].join("\n"),
    );
  }
}

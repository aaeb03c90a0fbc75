import { z } from "zod";
import { type Query, quoteIdentifier } from "./pg-client.server";

const rightsRow = z.object({
  role: z.string(),
  database: z.string(),
  schema: z.string().nullable(),
  mayCreateSchemas: z.boolean(),
  mayCreateInSchema: z.boolean().nullable(),
  queueSchema: z.boolean(),
  mayCreateInQueue: z.boolean().nullable(),
});

const RIGHTS = `
  SELECT current_user AS role, current_database() AS database, current_schema() AS schema,
    has_database_privilege(current_database(), 'CREATE') AS "mayCreateSchemas",
    has_schema_privilege(current_schema(), 'CREATE') AS "mayCreateInSchema",
    to_regnamespace('graphile_worker') IS NOT NULL AS "queueSchema",
    has_schema_privilege(to_regnamespace('graphile_worker')::oid, 'CREATE') AS "mayCreateInQueue"`;

/** What the owner of the database has to run before the migrations can; empty when nothing is missing. */
export async function findMissingRights(query: Query): Promise<string[]> {
  const [row] = await query(RIGHTS);
  const rights = rightsRow.parse(row);
  const [role, database] = [quoteIdentifier(rights.role), quoteIdentifier(rights.database)];
  const schema = quoteIdentifier(rights.schema ?? "public");
  const missing: string[] = [];
  if (rights.schema === null) missing.push(`CREATE SCHEMA IF NOT EXISTS ${schema};`);
  if (!rights.mayCreateInSchema) missing.push(`GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${role};`);
  if (!rights.queueSchema && !rights.mayCreateSchemas)
    missing.push(
      `CREATE SCHEMA graphile_worker AUTHORIZATION ${role};  -- or: GRANT CREATE ON DATABASE ${database} TO ${role};`,
    );
  if (rights.queueSchema && !rights.mayCreateInQueue)
    missing.push(`GRANT USAGE, CREATE ON SCHEMA graphile_worker TO ${role};`);
  return missing;
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

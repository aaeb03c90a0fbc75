import { randomUUID } from "node:crypto";
import {
  type ConnectionInfo,
  DriverAdapterError,
  type IsolationLevel,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
  type SqlResultSet,
  type Transaction,
} from "@prisma/driver-adapter-utils";
import pg from "pg";
import { parseIntoClientConfig } from "pg-connection-string";
import { columnParsers, columnType } from "./pg-columns";

const provider = "postgres";
const adapterName = "parity-schema-engine";

/**
 * What the schema engine reads and writes PostgreSQL through. Not `@prisma/adapter-pg`: that one cannot read some
 * columns of the system catalogue and splits scripts at every `;`, also inside function bodies.
 */
export function postgresForSchemaEngine(url: string): SqlMigrationAwareDriverAdapterFactory {
  const { config, schema } = connectionOf(url);

  const open = async (database?: string): Promise<pg.Client> => {
    const client = new pg.Client({ ...config, ...(database ? { database } : {}) });
    client.on("error", () => {}); // a lost connection fails the next query; unheard, it would end the process
    try {
      await client.connect();
      if (schema) await client.query(`SET search_path TO ${pg.escapeIdentifier(schema)}`);
      return client;
    } catch (error) {
      throw asAdapterError(error, config);
    }
  };

  return {
    provider,
    adapterName,
    async connect() {
      const client = await open();
      return new Connection(client, schema, () => client.end());
    },
    async connectToShadowDb() {
      const admin = await open();
      const shadow = pg.escapeIdentifier(`prisma_migrate_shadow_db_${randomUUID()}`);
      await admin.query(`CREATE DATABASE ${shadow}`);
      const client = await open(shadow.slice(1, -1));
      return new Connection(client, schema, async () => {
        await client.end();
        await admin.query(`DROP DATABASE IF EXISTS ${shadow} WITH (FORCE)`);
        await admin.end();
      });
    },
  };
}

/** `schema` is Prisma's own parameter; `pg` would send it to the server, which refuses parameters it does not know. */
export function connectionOf(url: string): { config: pg.ClientConfig; schema: string | undefined } {
  const parsed = new URL(url);
  const schema = parsed.searchParams.get("schema") ?? undefined;
  parsed.searchParams.delete("schema");
  return { config: parseIntoClientConfig(parsed.toString()), schema };
}

class Queries {
  readonly provider = provider;
  readonly adapterName = adapterName;

  constructor(
    protected readonly client: pg.Client,
    protected readonly schema: string | undefined,
  ) {}

  async queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    const result = await this.send(query);
    return {
      columnNames: result.fields.map((field) => field.name),
      columnTypes: result.fields.map((field) => columnType(field.dataTypeID)),
      rows: result.rows,
    };
  }

  async executeRaw(query: SqlQuery): Promise<number> {
    return (await this.send(query)).rowCount ?? 0;
  }

  private async send({ sql, args }: SqlQuery): Promise<pg.QueryArrayResult<unknown[]>> {
    try {
      return await this.client.query({ text: sql, values: args, rowMode: "array", types: columnParsers });
    } catch (error) {
      throw asAdapterError(error);
    }
  }
}

class Connection extends Queries implements SqlDriverAdapter {
  constructor(
    client: pg.Client,
    schema: string | undefined,
    readonly dispose: () => Promise<void>,
  ) {
    super(client, schema);
  }

  /** One simple-protocol message: dollar quoting survives, and the script is one implicit transaction. */
  async executeScript(script: string): Promise<void> {
    try {
      await this.client.query(script);
    } catch (error) {
      throw asAdapterError(error);
    }
  }

  async startTransaction(isolation?: IsolationLevel): Promise<Transaction> {
    await this.client.query(isolation ? `BEGIN ISOLATION LEVEL ${isolation}` : "BEGIN");
    return new OpenTransaction(this.client, this.schema);
  }

  getConnectionInfo(): ConnectionInfo {
    return { schemaName: this.schema, supportsRelationJoins: true };
  }
}

class OpenTransaction extends Queries implements Transaction {
  readonly options = { usePhantomQuery: false };
  // The engine sends COMMIT and ROLLBACK itself, as queries, when `usePhantomQuery` is false.
  async commit(): Promise<void> {}
  async rollback(): Promise<void> {}
}

function asAdapterError(error: unknown, config?: pg.ClientConfig): unknown {
  if (error instanceof pg.DatabaseError && error.code) {
    return new DriverAdapterError({
      ...kindOf(error.code, error, config),
      originalCode: error.code,
      originalMessage: error.message,
    });
  }
  if (error instanceof Error && "code" in error && config) {
    return new DriverAdapterError({ kind: "DatabaseNotReachable", host: config.host, port: config.port });
  }
  return error;
}

function kindOf(code: string, error: pg.DatabaseError, config?: pg.ClientConfig) {
  if (code === "3D000") return { kind: "DatabaseDoesNotExist", db: config?.database } as const;
  if (code === "28P01") return { kind: "AuthenticationFailed", user: config?.user } as const;
  const { severity = "ERROR", message, detail, column, hint } = error;
  return { kind: "postgres", code, severity, message, detail, column, hint } as const;
}

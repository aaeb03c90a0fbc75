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
import { columnParsers, findColumnType } from "./pg-columns";

const provider = "postgres";
const adapterName = "parity-schema-engine";

export type SchemaEngineDatabase = SqlMigrationAwareDriverAdapterFactory & {
  /** Ends every connection that the engine left open. */
  close(): Promise<void>;
};

/**
 * The schema engine's access to PostgreSQL. Not `@prisma/adapter-pg`: that one cannot read some columns of the system
 * catalogue, and splits scripts at every `;`, also inside function bodies.
 */
export function createSchemaEngineDatabase(url: string): SchemaEngineDatabase {
  const { config, schema } = readConnection(url);
  const opened = new Set<Connection>();

  const connect = async (database: string | undefined, afterwards: () => Promise<void>) => {
    const client = await openClient({ ...config, database }, schema);
    const connection = new Connection(client, schema, async () => {
      opened.delete(connection);
      await afterwards();
    });
    opened.add(connection);
    return connection;
  };

  return {
    provider,
    adapterName,
    connect: () => connect(config.database, async () => {}),
    async connectToShadowDb() {
      const admin = await openClient(config, schema);
      const shadow = `prisma_migrate_shadow_db_${randomUUID()}`;
      await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(shadow)}`);
      return connect(shadow, async () => {
        await admin.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(shadow)} WITH (FORCE)`);
        await admin.end();
      });
    },
    async close() {
      for (const each of opened) await each.dispose();
    },
  };
}

async function openClient(config: pg.ClientConfig, schema: string | undefined): Promise<pg.Client> {
  const client = new pg.Client(config);
  client.on("error", () => {}); // A lost connection fails the next query; without a listener it ends the process.
  try {
    await client.connect();
    if (schema) await client.query(`SET search_path TO ${pg.escapeIdentifier(schema)}`);
    return client;
  } catch (error) {
    throw toAdapterError(error, config);
  }
}

/** The parts of a URL, so that another database of the server can be opened. `schema` is a parameter of Prisma's. */
export function readConnection(url: string): { config: pg.ClientConfig; schema: string | undefined } {
  const schema = new URL(url).searchParams.get("schema") ?? undefined;
  return { config: parseIntoClientConfig(url), schema };
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
      columnTypes: result.fields.map((field) => findColumnType(field.dataTypeID)),
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
      throw toAdapterError(error);
    }
  }
}

class Connection extends Queries implements SqlDriverAdapter {
  constructor(
    client: pg.Client,
    schema: string | undefined,
    private readonly afterwards: () => Promise<void>,
  ) {
    super(client, schema);
  }

  async dispose(): Promise<void> {
    await this.client.end();
    await this.afterwards();
  }

  /** Sent as one message of the simple protocol: dollar quoting works, and the script is one implicit transaction. */
  async executeScript(script: string): Promise<void> {
    try {
      await this.client.query(script);
    } catch (error) {
      throw toAdapterError(error);
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

function toAdapterError(error: unknown, config?: pg.ClientConfig): unknown {
  if (error instanceof pg.DatabaseError && error.code) {
    return new DriverAdapterError({
      ...describeError(error.code, error, config),
      originalCode: error.code,
      originalMessage: error.message,
    });
  }
  if (error instanceof Error && "code" in error && config) {
    return new DriverAdapterError({ kind: "DatabaseNotReachable", host: config.host, port: config.port });
  }
  return error;
}

function describeError(code: string, error: pg.DatabaseError, config?: pg.ClientConfig) {
  if (code === "3D000") return { kind: "DatabaseDoesNotExist", db: config?.database } as const;
  if (code === "28P01") return { kind: "AuthenticationFailed", user: config?.user } as const;
  const { severity = "ERROR", message, detail, column, hint } = error;
  return { kind: "postgres", code, severity, message, detail, column, hint } as const;
}

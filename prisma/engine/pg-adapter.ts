import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
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
const lockKey = 72707369; // Prisma's own
const engineLock = `SELECT pg_advisory_lock(${lockKey})`;
const lockRetryMs = 200;

export type SchemaEngineDatabase = SqlMigrationAwareDriverAdapterFactory & {
  /** Ends every connection that the engine left open. */
  close(): Promise<void>;
};

/**
 * What the schema engine reads and writes PostgreSQL through. Not `@prisma/adapter-pg`: that one cannot read some
 * columns of the system catalogue and splits scripts at every `;`, also inside function bodies.
 */
export function postgresForSchemaEngine(url: string): SchemaEngineDatabase {
  const { config, schema } = connectionOf(url);
  const opened = new Set<Connection>();

  const connection = async (database: string | undefined, afterwards: () => Promise<void>) => {
    const open = () => openClient({ ...config, database }, schema);
    const made = new Connection(await open(), schema, open, async () => {
      opened.delete(made);
      await afterwards();
    });
    opened.add(made);
    return made;
  };

  return {
    provider,
    adapterName,
    connect: () => connection(config.database, async () => {}),
    async connectToShadowDb() {
      const admin = await openClient(config, schema);
      const shadow = `prisma_migrate_shadow_db_${randomUUID()}`;
      await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(shadow)}`);
      return connection(shadow, async () => {
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
  client.on("error", () => {}); // a lost connection fails the next query; unheard, it would end the process
  try {
    await client.connect();
    if (schema) await client.query(`SET search_path TO ${pg.escapeIdentifier(schema)}`);
    return client;
  } catch (error) {
    throw asAdapterError(error, config);
  }
}

/** An address in parts, so that another database of the same server can be asked for; `schema` is Prisma's own word. */
export function connectionOf(url: string): { config: pg.ClientConfig; schema: string | undefined } {
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
      columnTypes: result.fields.map((field) => columnType(field.dataTypeID)),
      rows: result.rows,
    };
  }

  async executeRaw(query: SqlQuery): Promise<number> {
    return (await this.send(query)).rowCount ?? 0;
  }

  protected async send({ sql, args }: SqlQuery): Promise<pg.QueryArrayResult<unknown[]>> {
    try {
      return await this.client.query({ text: sql, values: args, rowMode: "array", types: columnParsers });
    } catch (error) {
      throw asAdapterError(error);
    }
  }
}

class Connection extends Queries implements SqlDriverAdapter {
  private lock: Promise<pg.Client> | undefined;

  constructor(
    client: pg.Client,
    schema: string | undefined,
    private readonly openAnother: () => Promise<pg.Client>,
    private readonly afterwards: () => Promise<void>,
  ) {
    super(client, schema);
  }

  async dispose(): Promise<void> {
    await this.client.end();
    await this.lock?.then(
      (client) => client.end(),
      () => {}, // whoever waited for it was told
    );
    await this.afterwards();
  }

  /** One simple-protocol message: dollar quoting survives, and the script is one implicit transaction. */
  async executeScript(script: string): Promise<void> {
    await this.lock;
    try {
      await this.client.query(script);
    } catch (error) {
      throw asAdapterError(error);
    }
  }

  // The engine serialises itself with a lock of the session, which PgBouncer would leave on a server connection for ever.
  // The same lock, held by an open transaction, ends with it, and still keeps Prisma's own engine out. The engine gives
  // up after ten seconds: so it gets its answer at once, and what it asks next is what waits.
  protected override async send(query: SqlQuery): Promise<pg.QueryArrayResult<unknown[]>> {
    if (query.sql !== engineLock) {
      await this.lock;
      return super.send(query);
    }
    this.lock ??= this.lockInTransaction();
    this.lock.catch(() => {}); // it is the next query that fails
    return super.send({ sql: "SELECT 1", args: [], argTypes: [] });
  }

  private async lockInTransaction(): Promise<pg.Client> {
    const client = await this.openAnother();
    for (;;) {
      await client.query("BEGIN");
      await client.query("SET LOCAL idle_in_transaction_session_timeout = 0");
      const { rows } = await client.query(`SELECT pg_try_advisory_xact_lock(${lockKey}) AS locked`);
      if (rows[0]?.locked) return client;
      // Waiting inside the transaction would hold one of PgBouncer's connections, and many who wait all of them.
      await client.query("ROLLBACK");
      await setTimeout(lockRetryMs);
    }
  }

  async startTransaction(isolation?: IsolationLevel): Promise<Transaction> {
    await this.lock;
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

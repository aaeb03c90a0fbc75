/** What may be wrong with the database as a whole: for everyone what is so, for an operator what to look at. */
export const DATABASE_TROUBLES = {
  read_only: {
    what: "The database is read-only at the moment.",
    hint: "It may be a fail-over. Parity goes on by itself when the database can be written again.",
  },
  disk_full: {
    what: "The database has no space left on its disk.",
    hint: "Nothing can be written until there is space. Then Parity goes on by itself.",
  },
  too_many_connections: {
    what: "The database has no connection left.",
    hint: "Look at max_connections, and at who uses them (pg_stat_activity).",
  },
  starting: { what: "The database is shutting down, or not ready yet.", hint: "Wait until it is." },
  refused: {
    what: "The database refuses the connection.",
    hint: "Check user, password and database name of DATABASE_URL, and whether that database still exists.",
  },
  silent: {
    what: "The database does not answer in time.",
    hint: "It stands still, has too much to do, or waits for locks. Look at pg_stat_activity, and at its disk and network.",
  },
  unreachable: {
    what: "The database cannot be reached.",
    hint: "Look whether it runs, and at host and port of DATABASE_URL.",
  },
} as const satisfies Record<string, { what: string; hint: string }>;

export type DatabaseTrouble = keyof typeof DATABASE_TROUBLES;

/** Both sentences, for operators and staff. */
export const explainTrouble = (trouble: DatabaseTrouble): string =>
  `${DATABASE_TROUBLES[trouble].what} ${DATABASE_TROUBLES[trouble].hint}`;

/** "database_read_only: The database is read-only …", as a reason in answers to programs. */
export const formatTrouble = (trouble: DatabaseTrouble): string =>
  `database_${trouble}: ${explainTrouble(trouble)}`;

/** Codes of PostgreSQL, of Node's sockets and of Prisma, by what they mean for the database as a whole. */
const CODES: readonly (readonly [RegExp, DatabaseTrouble])[] = [
  [/^25006$/, "read_only"],
  [/^53100$/, "disk_full"],
  [/^(53300|P2037|P2024)$/, "too_many_connections"],
  [/^57P0[1-5]$/, "starting"],
  [/^(3D000|28P01|28000|P100[03])$/, "refused"],
  [/^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EPIPE|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN)$/, "unreachable"],
  [/^(08...|53200|P100[128]|P1017)$/, "unreachable"],
];

/** Codes that mean other things as well: what PostgreSQL or Prisma says with them decides. */
const SAID: readonly (readonly [code: string, words: string, DatabaseTrouble])[] = [
  ["55000", "not currently accepting connections", "refused"],
  ["42501", "permission denied for database", "refused"],
  ["P2028", "Unable to start a transaction", "silent"],
];

const LOST = /^(Connection terminated|Client has encountered a connection error)/;
/** Of the pool: no connection was made, or none came free. */
const LATE = /^timeout exceeded when trying to connect/;

/**
 * What an error says about the database as a whole; null for an error of our code, of one statement or one row, or of a
 * request to somewhere else.
 */
export function findDatabaseTrouble(thrown: unknown): DatabaseTrouble | null {
  for (const error of listCauses(thrown)) {
    const words = readWords(error);
    for (const code of readCodes(error)) {
      const found = CODES.find(([pattern]) => pattern.test(code));
      if (found) return found[1];
      const said = SAID.find(([known, part]) => known === code && words.includes(part));
      if (said) return said[2];
    }
    if ("kind" in error && error.kind === "DatabaseNotReachable") return "unreachable";
    if ("kind" in error && error.kind === "TooManyConnections") return "too_many_connections";
    if (error instanceof Error && LOST.test(error.message)) return "unreachable";
    if (error instanceof Error && LATE.test(error.message)) return "silent";
  }
  return null;
}

/** Of a `statement_timeout` or a person; of a `temp_file_limit`. */
const STOPPED = ["57014", "53400"];

/** Whether PostgreSQL stopped a statement because it took too long or needed too much, or we waited too long for it. */
export function isStoppedStatement(thrown: unknown): boolean {
  for (const error of listCauses(thrown)) {
    if (readCodes(error).some((code) => STOPPED.includes(code))) return true;
    if (error instanceof Error && error.message === "Query read timeout") return true;
  }
  return false;
}

/** An error and what caused it. */
function* listCauses(thrown: unknown): Generator<object> {
  let error = thrown;
  for (let depth = 0; depth < 6 && typeof error === "object" && error !== null; depth++) {
    // A request to another server that failed: its cause has a socket's code, too.
    if (error instanceof TypeError) return;
    yield error;
    error = findCause(error);
  }
}

const readCodes = (error: object) =>
  ["code", "originalCode"].map((name) => String(Reflect.get(error, name) ?? ""));

const readWords = (error: object) =>
  ["message", "originalMessage"].map((name) => String(Reflect.get(error, name) ?? "")).join(" ");

/** Prisma stores the driver's error under `meta.driverAdapterError`, node under `cause`, several under `errors`. */
function findCause(error: object): unknown {
  if ("meta" in error && typeof error.meta === "object" && error.meta && "driverAdapterError" in error.meta)
    return error.meta.driverAdapterError;
  if ("errors" in error && Array.isArray(error.errors)) return error.errors[0];
  return "cause" in error ? error.cause : null;
}

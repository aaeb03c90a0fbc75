import path from "node:path";
import { z } from "zod";
import {
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  startEmbeddedPostgres,
} from "./postgres/embedded.server";

/**
 * The PostgreSQL to work with: the one at `databaseUrl`, or, when that is null, the embedded one in `postgres/` of the
 * data directory. `stop` leaves a given one alone, and an embedded one that another process runs.
 */
export async function openPostgres(options: {
  databaseUrl: string | null;
  dataDirectory: string;
  log?: (message: string) => void;
}): Promise<EmbeddedPostgres> {
  const { databaseUrl, dataDirectory, log } = options;
  if (databaseUrl) return { url: databaseUrl, adopted: true, stop: async () => {} };
  return startEmbeddedPostgres({ dir: path.join(dataDirectory, "postgres"), log });
}

const variables = z.object({
  DATABASE_URL: z.string().optional(),
  PARITY_DATA_DIR: z.string().optional(),
});

/**
 * For programs that need the database and nothing else of the environment: hands its address to `work`, and stops
 * afterwards what had to be started. Returns the exit code of `work`, or 1 when there is no database to be had.
 */
export async function withPostgres(
  environment: Record<string, string | undefined>,
  work: (url: string) => Promise<number>,
): Promise<number> {
  const { DATABASE_URL, PARITY_DATA_DIR } = variables.parse(environment);
  const complain = (message: string) => process.stderr.write(`${message}\n`);
  try {
    const postgres = await openPostgres({
      databaseUrl: DATABASE_URL?.trim() || null,
      dataDirectory: PARITY_DATA_DIR?.trim() || ".data",
      log: complain,
    });
    try {
      return await work(postgres.url);
    } finally {
      await postgres.stop();
    }
  } catch (error) {
    if (!(error instanceof EmbeddedPostgresError)) throw error;
    complain(error.message);
    return 1;
  }
}

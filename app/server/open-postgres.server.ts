import path from "node:path";
import { z } from "zod";
import { findLostEnvironment } from "~/platform/env.server";
import { StartError } from "~/platform/start-error";

export type OpenPostgres = {
  url: string;
  /** Stops an embedded PostgreSQL that this process started. Does nothing to any other. */
  stop: () => Promise<void>;
};

/**
 * The PostgreSQL at `databaseUrl`, or, when that is null, the embedded one in `postgres/` of the data directory. The
 * embedded one belongs to the demo and is loaded only then.
 * @throws StartError when the embedded one cannot run here.
 */
export async function openPostgres(options: {
  databaseUrl: string | null;
  dataDirectory: string;
  log?: (message: string) => void;
}): Promise<OpenPostgres> {
  const { databaseUrl, dataDirectory, log } = options;
  if (databaseUrl !== null) return { url: databaseUrl, stop: async () => {} };
  const { startEmbeddedPostgres } = await import("~/demo/postgres/embedded.server");
  return startEmbeddedPostgres({ dir: path.join(dataDirectory, "postgres"), log });
}

const variables = z.object({
  DATABASE_URL: z.string().optional(),
  PARITY_DATA_DIR: z.string().optional(),
});

/**
 * For programs that need the database and nothing else of the environment: hands its address to `work`, and afterwards
 * stops what it had to start. Returns the exit code of `work`, or 1 when there is no database.
 */
export async function withPostgres(
  environment: Record<string, string | undefined>,
  work: (url: string) => Promise<number>,
): Promise<number> {
  const { DATABASE_URL, PARITY_DATA_DIR } = variables.parse(environment);
  const lost = findLostEnvironment(environment);
  if (lost !== null) {
    process.stderr.write(`${lost}\n`);
    return 2;
  }
  const report = (message: string) => void process.stderr.write(`${message}\n`);
  try {
    const postgres = await openPostgres({
      databaseUrl: DATABASE_URL?.trim() || null,
      dataDirectory: PARITY_DATA_DIR?.trim() || ".data",
      log: report,
    });
    try {
      return await work(postgres.url);
    } finally {
      await postgres.stop();
    }
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    report(error.message);
    return error.exitCode;
  }
}

import { openAdoption } from "~/adopt/open-adoption.server";
import { createLoneReader } from "~/adopt/words/lone-reader.server";
import type { Log } from "~/platform/log.server";
import { type BareEnvironment, readBareEnvironment } from "./bare-environment";
import type { BareContext } from "./command";

type BareDeps = { source: Record<string, string | undefined>; signal: AbortSignal; log: Log };

/** Binds the commands that need no installation. The environment is read when one of them is run. */
export function createBareContext({
  source,
  signal,
  log,
}: BareDeps): Omit<BareContext, "out" | "openWorkplace"> {
  const openReader = ({ stripe }: BareEnvironment) =>
    stripe === null ? null : createLoneReader({ ...stripe, log });
  return {
    signal,
    openAdoption({ databaseUrl, progress }) {
      const environment = readBareEnvironment(
        databaseUrl === null ? source : { ...source, DATABASE_URL: databaseUrl },
      );
      const url = environment.databaseUrl;
      return url === null
        ? null
        : openAdoption({ databaseUrl: url, stripe: openReader(environment), signal, progress });
    },
  };
}

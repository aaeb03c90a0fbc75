import { openAdoption } from "~/adopt/open-adoption.server";
import { createLoneReader } from "~/adopt/words/lone-reader.server";
import { type DemoSecrets, readEnvironment } from "~/platform/env.server";
import type { Log } from "~/platform/log.server";
import {
  createSurroundings,
  describeSurroundings,
  type Surroundings,
} from "~/platform/surroundings/surroundings.server";
import { type BareEnvironment, readBareEnvironment } from "./bare-environment";
import type { BareContext } from "./command";

type BareDeps = { source: Record<string, string | undefined>; signal: AbortSignal; log: Log };

/** Binds the commands that need no installation. The environment is read when one of them is run. */
export function createBareContext({
  source,
  signal,
  log,
}: BareDeps): Omit<BareContext, "out" | "ask" | "openWorkplace"> {
  const openReader = ({ stripe }: BareEnvironment) =>
    stripe === null ? null : createLoneReader({ ...stripe, log });
  return {
    signal,
    readSurroundings: () => readSurroundings(source),
    openAdoption({ databaseUrl, progress }) {
      const environment = readBareEnvironment(
        databaseUrl === null ? source : { ...source, DATABASE_URL: databaseUrl },
      );
      const url = environment.databaseUrl;
      return url === null
        ? null
        : openAdoption({ databaseUrl: url, stripe: openReader(environment), log, signal, progress });
    },
  };
}

const NO_SECRETS: DemoSecrets = {
  ...{ appSecret: "", cronSecret: "", metricsToken: "", customerTokenSecret: "", adminPassword: "" },
};

/** As far as the environment says; also one that is not valid. */
function readSurroundings(source: Record<string, string | undefined>): Surroundings {
  const reading = readEnvironment(source, () => NO_SECRETS);
  if (!reading.ok) {
    const databaseUrl = source.DATABASE_URL?.trim() || null;
    return createSurroundings({ problems: reading.problems, databaseUrl });
  }
  const { environment } = reading;
  if (environment.mode === "demo") return createSurroundings({ isDemo: true });
  return describeSurroundings(environment, environment.databaseUrl);
}

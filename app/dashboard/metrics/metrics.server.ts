import { Registry } from "prom-client";
import type { Deps } from "~/engine/evaluate/deps.server";
import { processRegistry } from "~/platform/metrics/process-meters.server";
import { type Facts, loadFacts } from "./facts.server";
import {
  registerAccount,
  registerQueue,
  registerRuns,
  registerStripe,
  registerUsers,
} from "./families.server";
import { createMaker } from "./maker.server";

/** What the database said is kept for so many times as long as it took, so that no number of scrapes loads it. */
const KEPT_TIMES = 20;
const MOST_KEPT_MS = 60_000;

export type MetricsOptions = {
  /** Keep what took long for a while; tests ask again and again at once. */
  keeps: boolean;
};

/**
 * Metrics in Prometheus' text format: those of this process, and those of the database, which every process gives alike.
 * While the database cannot be asked only the former, and `parity_database_up` is 0.
 */
export function createMetrics(deps: Deps, { keeps }: MetricsOptions): () => Promise<string> {
  const { db, log } = deps;
  let asking: Promise<Facts | null> | null = null;

  async function ask(): Promise<Facts | null> {
    const began = performance.now();
    const facts = await loadFacts(db).catch((err: unknown) => {
      log.error({ err }, "metrics of the database not read");
      return null;
    });
    const keptMs = keeps ? Math.min(MOST_KEPT_MS, KEPT_TIMES * (performance.now() - began)) : 0;
    setTimeout(() => {
      asking = null;
    }, keptMs).unref();
    return facts;
  }

  return async () => {
    asking ??= ask();
    const facts = await asking;
    const registry = new Registry();
    const make = createMaker(registry);
    make.gauge("parity_database_up", "1 when the database answered this process").set(facts === null ? 0 : 1);
    registerAccount(make, deps.guard.last(), facts);
    if (facts !== null)
      for (const register of [registerUsers, registerRuns, registerStripe, registerQueue])
        register(make, facts);
    return `${await registry.metrics()}${await processRegistry.metrics()}`;
  };
}

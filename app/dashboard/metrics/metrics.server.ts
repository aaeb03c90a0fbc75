import { Registry } from "prom-client";
import { BLOCK_REASONS } from "~/billing/verdicts/block-reasons";
import { ACTOR_KINDS } from "~/engine/account/actor";
import type { Deps } from "~/engine/evaluate/deps.server";
import { foldChangesSometimes } from "~/engine/repair/metric-totals.server";
import type { Readiness } from "~/platform/database/monitor.server";
import { processRegistry, refusals } from "~/platform/metrics/process-meters.server";
import { type Facts, loadFacts } from "./facts.server";
import {
  registerAccount,
  registerCleaning,
  registerMoney,
  registerQueue,
  registerRuns,
  registerStripe,
  registerUsers,
} from "./families.server";
import { createMaker } from "./maker.server";
import { rememberStakeCurrencies } from "./stake-currencies.server";

/** What the database said is kept for so many times as long as it took, so that no number of scrapes loads it. */
const KEPT_TIMES = 20;
const MOST_KEPT_MS = 60_000;

export type MetricsOptions = {
  /** Keep what took long for a while; tests ask again and again at once. */
  keeps: boolean;
  /** What `/readyz` would say. */
  ready: () => Promise<Readiness>;
};

/**
 * Metrics in Prometheus' text format: those of this process, and those of the database, which every process gives alike.
 * While the database cannot be asked only the former, and `parity_database_up` is 0.
 */
export function createMetrics(deps: Deps, { keeps, ready }: MetricsOptions): () => Promise<string> {
  const { db, log } = deps;
  let asking: Promise<Facts | null> | null = null;
  // A series that begins at 1 has not risen for Prometheus: the first refusal would be missed.
  for (const caller of ACTOR_KINDS) for (const reason of BLOCK_REASONS) refusals.inc({ caller, reason }, 0);
  async function ask(): Promise<Facts | null> {
    const began = performance.now();
    // A database that can only be read is still asked.
    const warn = (err: unknown) => log.warn({ err }, "metrics not folded");
    await foldChangesSometimes(db).catch(warn);
    const facts = await loadFacts(db).catch((err: unknown) => {
      log.error({ err }, "metrics of the database not read");
      return null;
    });
    if (facts !== null) {
      const now = facts.money.map(({ currency }) => currency);
      await rememberStakeCurrencies(db, facts.stakeCurrencies, now).catch(warn);
    }
    const keptMs = keeps ? Math.min(MOST_KEPT_MS, KEPT_TIMES * (performance.now() - began)) : 0;
    setTimeout(() => {
      asking = null;
    }, keptMs).unref();
    return facts;
  }

  return async () => {
    asking ??= ask();
    const [facts, readiness] = await Promise.all([asking, ready()]);
    const registry = new Registry();
    const make = createMaker(registry);
    make.gauge("parity_database_up", "1 when the database answered this process").set(facts === null ? 0 : 1);
    make
      .gauge(
        "parity_ready",
        "1 when this process is ready: its database can be written, and its schema is not behind",
      )
      .set(readiness.ok ? 1 : 0);
    registerAccount(make, deps.guard.last(), facts);
    if (facts !== null)
      for (const register of [
        ...[registerUsers, registerMoney, registerRuns, registerStripe, registerQueue, registerCleaning],
      ])
        register(make, facts);
    return `${await registry.metrics()}${await processRegistry.metrics()}`;
  };
}

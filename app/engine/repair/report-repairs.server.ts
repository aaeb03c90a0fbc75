import type { Actor } from "~/engine/account/actor";
import type { Log } from "~/platform/log.server";
import { refusals } from "~/platform/metrics/process-meters.server";
import type { AccessGiven } from "./repairs.server";
import type { UserOutcome } from "./user-outcome.server";

/** More users than these at once are one line in the log, or a first run would write one for each of 90,000. */
const MOST_LINES = 20;

/** Logs how long after the payment access was given, once it is committed: the product's main figure. */
export function logAccessGiven(
  { log, actor }: { log: Log; actor: Actor },
  runId: string | null,
  given: readonly AccessGiven[],
): void {
  const isMany = given.length > MOST_LINES;
  for (const { userId, seconds } of given)
    log[isMany ? "debug" : "info"](
      { userId, layer: actor.kind, seconds: roundSeconds(seconds), runId },
      "access given",
    );
  if (!isMany) return;
  const sorted = given.map(({ seconds }) => seconds).sort((a, b) => a - b);
  const pick = (share: number) => roundSeconds(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  const line = { users: given.length, layer: actor.kind, p50: pick(0.5), max: pick(1), runId };
  log.info(line, "access given to many users");
}

const roundSeconds = (seconds: number) => Math.round(seconds * 1_000) / 1_000;

/** Counts the repairs that were due and not made. */
export function countRefusals(actor: Actor, outcomes: readonly UserOutcome[]): void {
  for (const { outcome, reason } of outcomes)
    if (outcome === "blocked" || outcome === "failed")
      refusals.inc({ caller: actor.kind, reason: readReason(reason) });
}

/** The word before a message, such as the `database_23505` of an error: a label has few values. */
const readReason = (reason: string | null) => /^[a-z0-9_]+/.exec(reason ?? "")?.[0] ?? "other";

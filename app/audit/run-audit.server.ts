import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { IN_SYNC_VERDICTS } from "~/billing/verdicts/catalogue";
import { formatCount, pluralize } from "~/billing/words/counts";
import type { RunView } from "~/dashboard/run-view.server";
import { saveSettings } from "~/engine/account/settings.server";
import type { Parity } from "~/facade/parity.server";
import { mappingSchema } from "~/mapping/mapping.server";
import type { Database } from "~/platform/client.server";
import { type Merged, mergeCopy } from "./merge-copy.server";
import { storePlans } from "./plans.server";
import { collectReport } from "./report/collect-report.server";
import type { AuditReport } from "./report/report";
import { AuditError, type Source } from "./source/source";
import { createStagingTables, type Described, installStaging, judgeBy, stageRows } from "./staging.server";
import { learnWords } from "./words.server";

/** A database of our own for one audit: it has Parity's tables, and is thrown away. */
export type Workplace = {
  url: string;
  /** Binds the engine to the database and to Stripe; once the copy can be read. */
  open(): { db: Database; parity: Parity };
};

export type AuditOptions = {
  source: Source;
  workplace: Workplace;
  signal: AbortSignal;
  progress: (text: string) => void;
  /** Epoch seconds. */
  now: () => number;
};

const STEP_MS = 1_000;
/** How long an audit waits for a Stripe that does not answer, and how long between two attempts. */
const PATIENCE_MS = 120_000;
const PAUSE_MS = 2_000;
const ACTOR = { kind: "command_line", id: null } as const;

/**
 * Copies the source into the workplace, reads Stripe completely, and judges every owner by the engine's own rules. Nothing is
 * written anywhere else. @throws AuditError when it cannot be done.
 */
export async function runAudit(options: AuditOptions): Promise<AuditReport> {
  const { source, workplace, now } = options;
  const client = new pg.Client({ connectionString: workplace.url });
  client.on("error", () => {}); // A lost connection fails the next query.
  await client.connect();
  try {
    const copied = await copySource(client, options);
    const { db, parity } = workplace.open();
    await saveSettings(db, { writeMode: "off", ...readMetadataSetting(source.describe) }, "parity audit");
    await storePlans(client, source.describe);
    const run = await readStripe(parity, options);
    const learned =
      source.learns === "nothing" ? null : await learnWords(client, source.describe, source.learns);
    if (learned) {
      await storePlans(client, learned.described);
      await judgeBy(client, learned.described);
    }
    const collected = await collectReport({ db, parity }, (done) =>
      options.progress(`Comparing: ${formatCount(done)} of ${formatCount(copied.owners)}`),
    );
    stopWhenAborted(options);
    const isWrong =
      collected.payers.length > 0 ||
      collected.verdicts.some(({ verdict, users }) => users > 0 && !IN_SYNC_VERDICTS.has(verdict));
    return {
      ...{ format: 1, at: now(), source: source.name, isWrong, isMasked: false },
      ...collected,
      notes: [...source.notes(), ...copied.notes, ...(learned?.notes ?? [])],
      stripeRequests: run.stripeRequests,
    };
  } finally {
    await client.end().catch(() => {});
  }
}

const readMetadataSetting = ({ document }: Described) => ({
  metadataKeys: mappingSchema.parse(document).metadataKeys.join(","),
});

async function copySource(
  client: pg.Client,
  options: AuditOptions,
): Promise<{ owners: number; notes: string[] }> {
  const { source, progress } = options;
  await createStagingTables(client, source.describe);
  let read = 0;
  for await (const { table, rows } of source.read()) {
    stopWhenAborted(options);
    await stageRows(client, table, rows);
    if (table === "troubles") continue;
    read += rows.length;
    progress(`Reading ${source.name}: ${pluralize(read, "row")}`);
  }
  const { owners, ...merged } = await mergeCopy(client, source.files);
  if (owners === 0)
    throw new AuditError(
      [`There are no owners in ${source.name}, so there is nothing to compare.`, ...source.notes()].join(" "),
    );
  await installStaging(client, source.describe);
  return { owners, notes: describeMerged(source, merged) };
}

function describeMerged(
  { files }: Source,
  { repeatedOwners, repeatedSubscriptions, subscriptionsLeft }: Omit<Merged, "owners">,
): string[] {
  const rule = files
    ? "of several rows of one owner the one that gives access counts, else the one that ends last"
    : "the id of the owner came before";
  return [
    ...(repeatedOwners > 0 ? [`${pluralize(repeatedOwners, "row")} left out: ${rule}.`] : []),
    ...(repeatedSubscriptions > 0
      ? [`${pluralize(repeatedSubscriptions, "subscription row")} left out: the owner has another one.`]
      : []),
    ...(subscriptionsLeft > 0 && files?.subscriptions
      ? [
          `${pluralize(subscriptionsLeft, "row")} left out: ${files.subscriptions}: subscriptions of owners who are not in ${files.owners}.`,
        ]
      : []),
  ];
}

/**
 * The reading of a full run that writes nothing. Its evaluation is left out: the words are learned from what was read, and each owner is
 * evaluated by them afterwards.
 */
async function readStripe(parity: Parity, options: AuditOptions): Promise<RunView> {
  const account = await parity.checkAccount();
  if (!account.ok) throw new AuditError(account.message);
  const { id } = await parity.runs.preview({ actor: ACTOR, readStripe: true });
  let answeredAt = performance.now();
  for (;;) {
    const run = await parity.runs.step(id, STEP_MS);
    stopWhenAborted(options);
    options.progress(
      `Reading Stripe: ${pluralize(run.stripeRequests, "request")}${run.reason === null ? "" : ` (${run.reason})`}`,
    );
    if (run.state === "done" || (run.state === "running" && run.phase !== "observe")) return run;
    if (run.state !== "running") throw new AuditError(describeFailure(run.reason ?? run.state));
    if (run.reason === null) answeredAt = performance.now();
    else if (performance.now() - answeredAt > PATIENCE_MS) throw new AuditError(describeFailure(run.reason));
    else await wait(PAUSE_MS, undefined, { signal: options.signal }).catch(() => {});
  }
}

const describeFailure = (reason: string): string =>
  `Stripe could not be read: ${reason}${reason.endsWith(".") ? "" : "."}`;

function stopWhenAborted({ signal }: Pick<AuditOptions, "signal">): void {
  if (signal.aborted) throw new AuditError("Stopped. Nothing was written.");
}

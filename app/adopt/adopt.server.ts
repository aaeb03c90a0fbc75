import type pg from "pg";
import { z } from "zod";
import { generateBridge } from "~/mapping/bridge/bridge";
import type { BridgeParts } from "~/mapping/bridge/values";
import { readCatalog } from "~/mapping/catalog.server";
import { checkMapping } from "~/mapping/check-mapping";
import { listGrants } from "~/mapping/grants/grants.server";
import { parseMapping } from "~/mapping/parse-mapping.server";
import { checkData, checkDifferences } from "./check/check-data";
import { checkLookUps } from "./check/check-look-ups.server";
import { type Check, type CheckReport, toReport } from "./check/report";
import { checkRoundTrip } from "./check/round-trip.server";
import type { Proposal, Question } from "./propose/proposal";
import { proposeMapping } from "./propose/propose-mapping";
import { writeMapping } from "./propose/write-mapping";
import { scanDatabase } from "./scan/scan-database.server";
import { addSilentReferences } from "./scan/silent-references.server";
import { learnWords } from "./words/learn-words.server";
import { readRecorded } from "./words/read-recorded.server";
import type { StripeFacts } from "./words/read-stripe.server";

type Client = Pick<pg.ClientBase, "query">;
type Work = { facts: StripeFacts | null; signal: AbortSignal; progress?: (text: string) => void };

export type Adoption = {
  columnCount: number;
  tableCount: number;
  /** Null: no table holds ids of Stripe's. */
  file: { text: string; questions: readonly Question[]; proposal: Proposal } | null;
};

/** Proposes the mapping file of a database. Reads only, in a transaction that may not write. */
export async function proposeAdoption(client: Client, { facts, progress }: Work): Promise<Adoption> {
  return inTransaction(client, "READ ONLY", async () => {
    const scan = await addSilentReferences(client, await scanDatabase(client, progress));
    const counts = { columnCount: scan.columnCount, tableCount: scan.tables.length };
    const proposal = proposeMapping(scan);
    if (!proposal) return { ...counts, file: null };
    const learned = await learnWords(client, { proposal, facts });
    return {
      ...counts,
      file: { text: writeMapping(learned), questions: learned.questions, proposal: learned },
    };
  });
}

/** Checks a mapping file on its database. Everything that it tries is rolled back. */
export async function checkAdoption(client: Client, text: string, work: Work): Promise<CheckReport> {
  const parsed = parseMapping(text);
  if ("problems" in parsed)
    return toReport(parsed.problems.map((problem) => ({ ...toCheck(problem), level: "problem" })));
  const { mapping, locate } = parsed;
  return inTransaction(client, "READ WRITE", async () => {
    const parts = { mapping, catalog: await readCatalog(client, mapping) };
    const found = checkMapping(mapping, parts.catalog).map((finding) => toCheck(locate(finding)));
    // Nothing can be read through a mapping that names what does not exist.
    if (found.some(({ level }) => level === "problem")) return toReport(found);
    const owners = await readRecorded(client, parts);
    const checks: Check[] = [
      ...found,
      ...checkData(mapping, owners),
      ...(await checkLookUps(client, parts)),
      ...(work.facts ? checkDifferences(mapping, owners, work.facts) : []),
      ...(owners.length > 0 ? await checkRoundTrip(client, parts, work) : []),
    ];
    return toReport(checks);
  });
}

const toCheck = (problem: {
  line: number | null;
  path: string;
  message: string;
  isWarning?: boolean;
}): Check => ({
  level: problem.isWarning ? "note" : "problem",
  about: problem.line === null ? problem.path : `line ${problem.line}, ${problem.path}`,
  text: problem.message,
});

/** The SQL that installing the file would run; or what is wrong with the file. */
export async function showAdoption(
  client: Client,
  text: string,
): Promise<{ sql: string } | { report: CheckReport }> {
  const read = await readFitting(client, text, async (parts) => generateBridge(parts));
  return "value" in read ? { sql: read.value } : read;
}

const roleRow = z.object({ role: z.string() });

/** The statements that give a role what the file's mapping needs, and no more; `role` null: that of the connection. */
export async function listAdoptionGrants(
  client: Client,
  text: string,
  role: string | null,
): Promise<{ grants: string[] } | { report: CheckReport }> {
  const read = await readFitting(client, text, async (parts) => {
    const { rows } = await client.query<unknown[]>("SELECT current_user::text AS role");
    const [own] = z.array(roleRow).parse(rows);
    return listGrants(client, parts, role ?? own?.role ?? "parity_app");
  });
  return "value" in read ? { grants: read.value } : read;
}

/** What `work` makes of a file that fits the database; or what is wrong with the file. */
async function readFitting<T>(
  client: Client,
  text: string,
  work: (parts: BridgeParts) => Promise<T>,
): Promise<{ value: T } | { report: CheckReport }> {
  const parsed = parseMapping(text);
  if ("problems" in parsed)
    return {
      report: toReport(parsed.problems.map((problem) => ({ ...toCheck(problem), level: "problem" }))),
    };
  return inTransaction(client, "READ ONLY", async () => {
    const { mapping, locate } = parsed;
    const parts = { mapping, catalog: await readCatalog(client, mapping) };
    const checks = checkMapping(mapping, parts.catalog).map((finding) => toCheck(locate(finding)));
    // Whether the role may write is what the grants are for.
    if (checks.some(({ level, text: said }) => level === "problem" && !/role of Parity/.test(said)))
      return { report: toReport(checks) };
    return { value: await work(parts) };
  });
}

async function inTransaction<Result>(
  client: Client,
  mode: "READ ONLY" | "READ WRITE",
  work: () => Promise<Result>,
): Promise<Result> {
  await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ ${mode}`);
  try {
    return await work();
  } finally {
    await client.query("ROLLBACK");
  }
}

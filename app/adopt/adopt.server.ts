import type pg from "pg";
import { z } from "zod";
import { generateBridge } from "~/mapping/bridge/bridge";
import type { BridgeParts } from "~/mapping/bridge/values";
import { type Catalog, QueryError, readCatalog } from "~/mapping/catalog.server";
import { checkMapping } from "~/mapping/check-mapping";
import type { Finding } from "~/mapping/findings";
import { listGrants } from "~/mapping/grants/grants.server";
import type { Mapping } from "~/mapping/mapping.server";
import { type Locate, parseMapping } from "~/mapping/parse-mapping.server";
import { readErrorText } from "~/platform/errors.server";
import { checkData, checkDifferences } from "./check/check-data";
import { checkHiddenRows } from "./check/check-hidden-rows.server";
import { checkLookUps } from "./check/check-look-ups.server";
import { findUnreadable } from "./check/find-unreadable.server";
import { type Check, type CheckReport, toReport } from "./check/report";
import { checkRoundTrip } from "./check/round-trip.server";
import { describeUnkeyed } from "./propose/find-tables";
import type { Proposal, Question } from "./propose/proposal";
import { proposeMapping } from "./propose/propose-mapping";
import { writeMapping } from "./propose/write-mapping";
import { scanDatabase } from "./scan/scan-database.server";
import { addSilentReferences } from "./scan/silent-references.server";
import { learnWords } from "./words/learn-words.server";
import { type RecordedOwner, readRecorded } from "./words/read-recorded.server";
import type { StripeFacts } from "./words/read-stripe.server";

type Client = Pick<pg.ClientBase, "query">;
type Work = { facts: StripeFacts | null; signal: AbortSignal; progress?: (text: string) => void };

export type Adoption = {
  columnCount: number;
  tableCount: number;
  /** Why nothing could be proposed although there are ids of Stripe's. */
  obstacles?: string[];
  /** Null: no table holds ids of Stripe's that could be mapped. */
  file: { text: string; questions: readonly Question[]; proposal: Proposal } | null;
};

/** Proposes the mapping file of a database. Reads only, in a transaction that may not write. */
export async function proposeAdoption(client: Client, { facts, progress }: Work): Promise<Adoption> {
  return inTransaction(client, "READ ONLY", async () => {
    // Functions of the application that are called like PostgreSQL's own do not come first.
    await client.query("SET LOCAL search_path = pg_catalog, public");
    const scan = await addSilentReferences(client, await scanDatabase(client, progress));
    const counts = { columnCount: scan.columnCount, tableCount: scan.tables.length };
    const proposal = proposeMapping(scan);
    if (!proposal) return { ...counts, obstacles: describeUnkeyed(scan), file: null };
    const learned = await learnOrSay(client, proposal, facts);
    return {
      ...counts,
      file: { text: writeMapping(learned), questions: learned.questions, proposal: learned },
    };
  });
}

/** A proposal whose words cannot be read is one all the same; the check says what is wrong with it. */
async function learnOrSay(client: Client, proposal: Proposal, facts: StripeFacts | null): Promise<Proposal> {
  await client.query("SAVEPOINT words");
  try {
    return await learnWords(client, { proposal, facts });
  } catch (error) {
    await client.query("ROLLBACK TO SAVEPOINT words");
    const remark = `The words of the records could not be read: ${readErrorText(error)}`;
    return { ...proposal, remarks: [...proposal.remarks, remark.replaceAll(/\s+/g, " ")] };
  }
}

/** Checks a mapping file on its database. Everything that it tries is rolled back. */
export async function checkAdoption(client: Client, text: string, work: Work): Promise<CheckReport> {
  const parsed = parseMapping(text);
  if ("problems" in parsed)
    return toReport(parsed.problems.map((problem) => ({ ...toCheck(problem), level: "problem" })));
  const { mapping, locate } = parsed;
  return inTransaction(client, "READ WRITE", async () => {
    const catalog = await readMapped(client, mapping, locate);
    if ("report" in catalog) return catalog.report;
    const parts = { mapping, catalog: catalog.value };
    const found = checkMapping(mapping, parts.catalog).map((finding) => toCheck(locate(finding)));
    // Nothing can be read through a mapping that names what does not exist.
    if (found.some(({ level }) => level === "problem")) return toReport(found);
    found.push(...(await checkHiddenRows(client, parts)));
    const owners = await readOwners(client, parts);
    if ("unreadable" in owners)
      return toReport([...found, ...owners.unreadable.map((finding) => toCheck(locate(finding)))]);
    const checks: Check[] = [
      ...found,
      ...checkData(mapping, owners.recorded),
      ...(await checkLookUps(client, parts)),
      ...(work.facts ? checkDifferences(mapping, owners.recorded, work.facts) : []),
      ...(owners.recorded.length > 0 ? await checkRoundTrip(client, parts, work) : []),
    ];
    return toReport(checks);
  });
}

/** What the database has of the mapping; or which query of the mapping is none. */
async function readMapped(
  client: Client,
  mapping: Mapping,
  locate: Locate,
): Promise<{ value: Catalog } | { report: CheckReport }> {
  await client.query("SAVEPOINT catalog");
  try {
    return { value: await readCatalog(client, mapping) };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    await client.query("ROLLBACK TO SAVEPOINT catalog");
    const { owners } = mapping.tables;
    const index = owners.findIndex(({ as }) => as === error.message);
    const table = index === -1 ? [error.message] : ["owners", ...(owners.length > 1 ? [index] : [])];
    return {
      report: toReport([
        toCheck(locate({ path: ["tables", ...table, "query"], message: readErrorText(error.cause) })),
      ]),
    };
  }
}

/** The records of the owners; or what of the mapping cannot be read. */
async function readOwners(
  client: Client,
  parts: BridgeParts,
): Promise<{ recorded: RecordedOwner[] } | { unreadable: Finding[] }> {
  await client.query("SAVEPOINT owners");
  try {
    return { recorded: await readRecorded(client, parts) };
  } catch (error) {
    await client.query("ROLLBACK TO SAVEPOINT owners");
    const unreadable = await findUnreadable(client, parts);
    // What is no fault of a single part is said as PostgreSQL says it.
    return {
      unreadable: unreadable.length > 0 ? unreadable : [{ path: ["tables"], message: readErrorText(error) }],
    };
  }
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
    const catalog = await readMapped(client, mapping, locate);
    if ("report" in catalog) return catalog;
    const parts = { mapping, catalog: catalog.value };
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

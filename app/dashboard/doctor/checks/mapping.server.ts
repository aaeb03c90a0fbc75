import type { Client } from "pg";
import { z } from "zod";
import { pluralize } from "~/billing/words/counts";
import { listKnownWords } from "~/mapping/bridge/select-rows";
import type { BridgeParts } from "~/mapping/bridge/values";
import { readCatalog } from "~/mapping/catalog.server";
import { checkMapping } from "~/mapping/check-mapping";
import type { Finding as MappingFinding } from "~/mapping/findings";
import { listMissingGrants } from "~/mapping/grants/missing-rights.server";
import { type InstalledMapping, readInstalledMapping } from "~/mapping/install.server";
import { findSlowLookUps, type SlowLookUp } from "~/mapping/slow-look-ups.server";
import { defineCheck, type Finding, ok, problem, unknown, warning } from "../check";

type Connection = Pick<Client, "query">;

const foundRow = z.object({ found: z.boolean() });
const countRow = z.object({ count: z.number() });
const wordRow = z.object({ word: z.string(), count: z.number() });

/** Null: no mapping is installed. */
async function readInstalled(client: Connection): Promise<InstalledMapping | null> {
  const { rows: tables } = await client.query<Record<string, unknown>>(
    `SELECT to_regclass('parity."Mapping"') IS NOT NULL AS found`,
  );
  if (!foundRow.parse(tables[0]).found) return null;
  const { rows } = await client.query(
    `SELECT mapping, facts, hash, source FROM parity."Mapping" WHERE id = 1`,
  );
  return rows[0] === undefined ? null : readInstalledMapping(rows[0]);
}

type Checked = { installed: InstalledMapping; parts: BridgeParts; found: MappingFinding[] };

async function checkInstalled(client: Connection): Promise<Checked | null> {
  const installed = await readInstalled(client);
  if (installed === null) return null;
  const { mapping } = installed;
  const catalog = await readCatalog(client, mapping);
  return { installed, parts: { mapping, catalog }, found: checkMapping(mapping, catalog) };
}

const NOT_MAPPED = [unknown("Not looked at: no mapping is installed.", null)];

/** "tables.owners: public.users.id has no index": the part of the mapping, and what is so there. */
const describe = ({ path, message }: MappingFinding): string => `${path.map(String).join(".")}: ${message}.`;

const mapping = defineCheck({
  id: "mapping",
  group: "mapping",
  title: "Mapping",
  needs: "database",
  async look(client) {
    const checked = await checkInstalled(client);
    if (checked === null)
      return [
        problem(
          "Parity does not know the application’s tables.",
          "Run: npm run parity -- adopt (docs/adopting.md), or npm run db:migrate where they have the columns that Parity knows",
        ),
      ];
    const { installed, found } = checked;
    const bad = found.filter(({ isWarning }) => !isWarning);
    if (bad.length > 0)
      return bad.map((one) =>
        problem(
          describe(one),
          "Correct the mapping or the table, then: npm run parity -- adopt --check, and --install",
        ),
      );
    const kind = installed.source === null ? "The mapping that comes with Parity" : "A mapping file";
    return [ok(`${kind} is installed, and fits the tables as they are now.`)];
  },
});

/** An advice of the mapping's checks carries its own remedy, the statement to run. */
const lookUps = defineCheck({
  id: "look_ups",
  group: "mapping",
  title: "Look-ups",
  needs: "database",
  async look(client) {
    const checked = await checkInstalled(client);
    if (checked === null) return NOT_MAPPED;
    const { parts, found } = checked;
    const advice = found.filter(({ isWarning }) => isWarning).map(describe);
    // Nothing can be looked up through a mapping that does not fit the tables.
    const slow = found.length > advice.length ? [] : await readSlowLookUps(client, parts);
    const texts = [...advice, ...slow.map(({ about, text, remedy }) => `${about}: ${text}. ${remedy}.`)];
    if (texts.length === 0) return [ok("Owners and their rows are found by an index.")];
    return texts.map((said): Finding => {
      const [text = "", statement] = said.split(/(?<=\.) (?=CREATE INDEX)/);
      return warning(
        text,
        statement === undefined
          ? "Add the index, or correct the mapping file; then: npm run parity -- adopt --check"
          : `Run in the application’s database: ${statement.replace(/\.$/, ";")}`,
      );
    });
  },
});

async function readSlowLookUps(client: Connection, parts: BridgeParts): Promise<SlowLookUp[]> {
  await client.query("BEGIN READ ONLY");
  try {
    return await findSlowLookUps(client, parts);
  } finally {
    await client.query("ROLLBACK");
  }
}

const rights = defineCheck({
  id: "rights",
  group: "mapping",
  title: "Rights of the role",
  needs: "database",
  async look(client) {
    const checked = await checkInstalled(client);
    if (checked === null) return NOT_MAPPED;
    if (checked.found.some(({ message }) => message.startsWith("there is no table")))
      return [unknown("Not known while a table of the mapping is missing.", null)];
    const missing = await listMissingGrants(client, checked.parts);
    if (missing.length === 0) return [ok("The role may read and write what the mapping says.")];
    return missing.map((grant) =>
      problem("The role lacks a right that the mapping needs.", `The owner of the database runs: ${grant}`),
    );
  },
});

const owners = defineCheck({
  id: "owners",
  group: "mapping",
  title: "Users",
  needs: "database",
  async look(client) {
    if ((await readInstalled(client)) === null) return NOT_MAPPED;
    const { rows } = await client.query(`SELECT count(*)::int AS count FROM parity."User"`);
    const { count } = countRow.parse(rows[0]);
    if (count > 0) return [ok(`${pluralize(count, "user")} found through the mapping.`)];
    return [
      problem(
        "The mapping finds no user: nothing would be checked, and payers would stay locked out.",
        "Look at tables.owners and its where, then: npm run parity -- adopt --check",
      ),
    ];
  },
});

const words = defineCheck({
  id: "words",
  group: "mapping",
  title: "Words in the data",
  needs: "database",
  async look(client) {
    const installed = await readInstalled(client);
    if (installed === null) return NOT_MAPPED;
    const { mapping: file } = installed;
    const statuses = new Set([...listKnownWords(file), ...file.status.byHand]);
    const { rows } = await client.query<{ id: string }>(
      `SELECT id FROM parity."Plan" UNION SELECT value #>> '{}' FROM parity."Setting" WHERE key = 'noPlanWord'`,
    );
    const plans = new Set<string | null>([
      ...rows.map(({ id }) => id),
      ...Object.entries(file.plans).map(([id, { word }]) => word ?? id),
      ...[...file.plan.byHand, file.plan.none],
    ]);
    const found = [
      ...describeWords("status", await countWords(client, "subscriptionStatus"), statuses),
      ...(file.plan.holds === "word" ? describeWords("plan", await countWords(client, "plan"), plans) : []),
    ];
    return found.length > 0 ? found : [ok("Every status and plan in the data is known to the mapping.")];
  },
});

const MOST_WORDS = 20;

async function countWords(client: Connection, column: "subscriptionStatus" | "plan") {
  const { rows } = await client.query(
    `SELECT "${column}" AS word, count(*)::int AS count FROM parity."User" WHERE "${column}" <> '' GROUP BY 1 ORDER BY 2 DESC LIMIT 200`,
  );
  return z.array(wordRow).parse(rows);
}

function describeWords(
  field: string,
  counted: readonly z.output<typeof wordRow>[],
  known: ReadonlySet<string | null>,
): Finding[] {
  const strange = counted.filter(({ word }) => !known.has(word));
  return strange
    .slice(0, MOST_WORDS)
    .map(({ word, count }) =>
      warning(
        `${pluralize(count, "user has", "users have")} the ${field} “${word}”, which the mapping does not know: it is kept and never overwritten.`,
        field === "status"
          ? "Name it in the mapping file under status.words, or status.byHand when it means access given by hand."
          : "Name it in the mapping file under plans, plan.none or plan.byHand; or make it a plan: npm run parity -- plans set",
      ),
    );
}

/** What an application writes with its own clock on the wall would be read as another moment. */
const zones = defineCheck({
  id: "zones",
  group: "mapping",
  title: "Times without a zone",
  needs: "database",
  async look(client) {
    const checked = await checkInstalled(client);
    if (checked === null) return NOT_MAPPED;
    const { mapping: file, catalog } = checked.parts;
    const { rows } = await client.query<{ zone: string }>(`SELECT current_setting('TimeZone') AS zone`);
    const zone = rows[0]?.zone ?? "UTC";
    const columns = Object.values(file.fields).flatMap((place) => {
      if (place === undefined || !("column" in place)) return [];
      const column = catalog.tables[place.alias]?.columns.find(({ name }) => name === place.column);
      return column?.kind === "timestamp" ? [`${place.alias}.${place.column}`] : [];
    });
    if (columns.length === 0) return [ok("Every mapped time has a zone.")];
    if (/^(Etc\/)?(UTC|GMT|Universal|Zulu)$/i.test(zone) || file.timeZone !== "UTC")
      return [ok(`${columns.join(", ")}: read as ${file.timeZone}.`)];
    return [
      warning(
        `${columns.join(", ")} have no zone and are read as UTC, but the database’s zone is ${zone}.`,
        `If the application writes local times there, say timeZone: ${zone} in the mapping file, then: npm run parity -- adopt --check`,
      ),
    ];
  },
});

export const MAPPING_CHECKS = [mapping, owners, words, lookUps, rights, zones];

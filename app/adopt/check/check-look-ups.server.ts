import type pg from "pg";
import type { BridgeParts } from "~/mapping/bridge/values";
import { listPlaces } from "~/mapping/mapping.server";
import { describeTable, isColumnPlace } from "~/mapping/places";
import { findSlowLookUps } from "~/mapping/slow-look-ups.server";
import type { Check } from "./report";

/** Whether owners and their rows are found by an index. Needs a transaction. */
export async function checkLookUps(
  client: Pick<pg.ClientBase, "query">,
  parts: BridgeParts,
): Promise<Check[]> {
  const slow = await findSlowLookUps(client, parts);
  const checks: Check[] = slow.map(({ about, text, remedy }) => ({
    ...{ level: "note", about },
    text: `${text}. ${remedy}`,
  }));
  if (slow.length === 0)
    checks.push({
      ...{ level: "ok", about: "look-ups" },
      text: "owners, subscriptions and customers are found by an index",
    });
  return [...checks, ...checkSorting(parts)];
}

/** No index of a table serves an expression that looks into another one. */
function* checkSorting({ mapping }: BridgeParts): Generator<Check> {
  for (const kind of mapping.tables.owners) {
    const sorted = listPlaces(mapping, kind).filter(
      ([name, place]) => (name === "email" || name === "name") && !isColumnPlace(place),
    );
    if (sorted.length === 0) continue;
    const names = sorted.map(([name]) => name).join(" and ");
    const table = kind.table ? describeTable(kind.table) : kind.as;
    yield {
      ...{ level: "note", about: `fields, ${names}` },
      text: `an expression gives ${names}: sorting or searching the list of users by it works it out for every owner of ${table}, which takes seconds from about 100,000 owners. Nothing else is slower; a column of ${table} makes it quick`,
    };
  }
}

import type pg from "pg";
import type { BridgeParts } from "~/mapping/bridge/values";
import { findSlowLookUps } from "~/mapping/slow-look-ups.server";
import type { Check } from "./report";

/** Whether owners and their rows are found by an index. Needs a transaction. */
export async function checkLookUps(
  client: Pick<pg.ClientBase, "query">,
  parts: BridgeParts,
): Promise<Check[]> {
  const slow = await findSlowLookUps(client, parts);
  if (slow.length === 0)
    return [
      { level: "ok", about: "look-ups", text: "owners, subscriptions and customers are found by an index" },
    ];
  return slow.map(({ about, text, remedy }) => ({ level: "note", about, text: `${text}. ${remedy}` }));
}

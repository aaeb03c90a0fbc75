import type { DescribedPayer } from "~/dashboard/payers/payers.server";
import { type CommandContext, EXIT, type ExitCode } from "./command";

type Context = Pick<CommandContext, "parity" | "out">;

/** The user that matches; null, with an error message, when none or several match. */
export async function findUser({ parity, out }: Context, query: string): Promise<string | null> {
  const userId = await parity.findUser(query);
  if (userId !== null) return userId;
  const [payer] = await parity.findPayers(query, 1);
  if (payer) out.fail("unclaimed_payer", `${payer.sentences[0]} See: parity status ${query}`);
  else
    out.fail(
      "no_such_user",
      `No single user matches ${query}. Give a user id, an email address, a cus_… or a sub_….`,
    );
  return null;
}

/** What there is to say about payers that no user is linked to; null when there are none. */
export function showPayers({ out }: Context, payers: readonly DescribedPayer[]): ExitCode | null {
  if (payers.length === 0) return null;
  const rows = payers.map(({ sentences: _, ...payer }) => payer);
  out.answer({ payers: rows }, () => payers.flatMap(({ sentences }) => sentences));
  return EXIT.mismatches;
}

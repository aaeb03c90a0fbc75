import { COMMAND_LINE, type CommandContext, EXIT, type ExitCode } from "~/cli/command";
import { findUser, showPayers } from "~/cli/find-user";
import { chooseExitCode } from "~/cli/remaining";
import { toVerdictCell } from "~/cli/words";

/**
 * Reads Stripe for one user and makes the repairs that are allowed. What matches no user may be a payer that no user is linked
 * to, or that was linked a moment ago: that is read too.
 */
export async function syncOne(context: CommandContext, query: string): Promise<ExitCode> {
  const { parity, out } = context;
  const failure = (await parity.findUser(query)) === null ? await parity.readPayers(query) : null;
  if (failure !== null) out.note(`Stripe could not be read: ${failure}`);
  if ((await parity.findUser(query)) === null) {
    const unclaimed = showPayers(context, await parity.findPayers(query));
    if (unclaimed !== null) return unclaimed;
  }
  const userId = await findUser(context, query);
  if (userId === null) return EXIT.failed;
  const result = await parity.syncUser({ userId, actor: COMMAND_LINE });
  if (result === null) {
    out.fail("no_such_user", `The user ${userId} does not exist.`);
    return EXIT.failed;
  }
  const { message, changes, verdictBefore, verdictAfter } = result;
  out.answer({ userId, ...result }, () => [
    message,
    ...changes.map((change) => `  ${change}`),
    [toVerdictCell(verdictBefore), "→", toVerdictCell(verdictAfter)],
  ]);
  return result.outcome === "failed" ? EXIT.failed : chooseExitCode(parity, userId);
}

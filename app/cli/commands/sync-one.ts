import { COMMAND_LINE, type CommandContext, EXIT, type ExitCode } from "~/cli/command";
import { findUser } from "~/cli/find-user";
import { exitForUser } from "~/cli/remaining";
import { verdictCell } from "~/cli/words";

/** Reads Stripe for one user and repairs what may be repaired. */
export async function syncOne(context: CommandContext, query: string): Promise<ExitCode> {
  const { parity, out } = context;
  const userId = await findUser(context, query);
  if (userId === null) return EXIT.failed;
  const result = await parity.syncUser({ userId, actor: COMMAND_LINE });
  if (result === null) {
    out.fail("no_such_user", `The user ${userId} is gone.`);
    return EXIT.failed;
  }
  const { message, changes, verdictBefore, verdictAfter } = result;
  out.answer({ userId, ...result }, () => [
    message,
    ...changes.map((change) => `  ${change}`),
    [verdictCell(verdictBefore), "→", verdictCell(verdictAfter)],
  ]);
  return result.outcome === "failed" ? EXIT.failed : exitForUser(parity, userId);
}

import type { CommandContext } from "./command";

/** The user that somebody means; null, and said, when it is none or not only one. */
export async function findUser(
  { parity, out }: Pick<CommandContext, "parity" | "out">,
  query: string,
): Promise<string | null> {
  const userId = await parity.findUser(query);
  if (userId === null)
    out.fail(
      "no_such_user",
      `No one user is found by ${query}. Give a user id, an e-mail address, a cus_… or a sub_….`,
    );
  return userId;
}

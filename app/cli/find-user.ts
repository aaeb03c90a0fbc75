import type { CommandContext } from "./command";

/** The user that matches; null, with an error message, when none or several match. */
export async function findUser(
  { parity, out }: Pick<CommandContext, "parity" | "out">,
  query: string,
): Promise<string | null> {
  const userId = await parity.findUser(query);
  if (userId === null)
    out.fail(
      "no_such_user",
      `No single user matches ${query}. Give a user id, an email address, a cus_… or a sub_….`,
    );
  return userId;
}

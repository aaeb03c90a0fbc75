import { z } from "zod";
import { type CommandContext, defineCommand, EXIT, type ExitCode } from "~/cli/command";
import { findUser } from "~/cli/find-user";

export const explain = defineCommand({
  name: "explain",
  usage: ["explain <user id | email | cus_… | sub_…> [--with-personal-data]"],
  summary: "print why a user has its verdict, as JSON",
  help: [
    "Reads what is stored; Stripe is not read, and nothing is written. The output is always JSON.",
    "`input` holds everything that the evaluation reads. Paste it into a test to get the same result again:",
    "evaluate(snapshot, { catalogue: buildCatalogue(plans, prices), policy, now })",
    "  --with-personal-data  also print email addresses and names; they are masked otherwise",
  ],
  options: { "with-personal-data": { type: "boolean" } },
  input: z.object({
    positionals: z.tuple([z.string()], "Name one user."),
    "with-personal-data": z.boolean().default(false),
  }),
  run: (context, { positionals: [user], "with-personal-data": withPersonalData }) =>
    explainOne(context, user, withPersonalData),
});

async function explainOne(
  context: CommandContext,
  query: string,
  withPersonalData: boolean,
): Promise<ExitCode> {
  const { parity, out } = context;
  const userId = await findUser(context, query);
  const explanation = userId === null ? null : await parity.explainUser(userId, { withPersonalData });
  if (explanation === null) {
    if (userId !== null) out.fail("no_such_user", `The user ${userId} does not exist.`);
    return EXIT.failed;
  }
  out.answer(explanation, () => JSON.stringify(explanation, null, 2).split("\n"));
  return EXIT.done;
}

import { z } from "zod";
import { pluralize } from "~/billing/words/counts";
import { COMMAND_LINE, type CommandContext, defineCommand, EXIT, type ExitCode } from "~/cli/command";
import type { Line } from "~/cli/layout";
import type { AccountName, BindingPreview } from "~/dashboard/binding/binding.server";

const input = z.object({
  positionals: z.array(z.string()).max(0, "bind takes no arguments, only options."),
  account: z
    .string()
    .regex(/^acct_\w{1,64}$/, "--account is acct_…")
    .optional(),
  reason: z
    .string({ error: "Give --reason: why; it is kept." })
    .trim()
    .min(1, "Give --reason: why; it is kept.")
    .max(500),
  yes: z.boolean().default(false),
});

export const bind = defineCommand({
  name: "bind",
  usage: ["bind --reason <text> [--account acct_…] [--yes]"],
  summary: "change on purpose which Stripe account the database belongs to",
  help: [
    "The account is that of STRIPE_SECRET_KEY; --account says which it is, where the key may not read its own account. What was",
    "observed of the old account is forgotten; the audit, the links and what staff decided stay, and no record of the",
    "application is touched. Writing is off afterwards. Stop the processes that have the old key first. To undo it, bind",
    "with the old key. --yes: do not ask.",
  ],
  options: { account: { type: "string" }, reason: { type: "string" }, yes: { type: "boolean" } },
  input,
  run: (context, given) => changeAccount(context, given),
});

async function changeAccount(
  { parity, out, ask }: CommandContext,
  { account, reason, yes }: z.infer<typeof input>,
): Promise<ExitCode> {
  const found = await parity.binding.preview(account ?? null);
  if (!found.ok) return refuse(out, "cannot_bind", found.message);
  const { value: preview } = found;
  const { from, to, isSame } = preview;
  if (isSame) {
    out.answer({ from, to, changed: false }, () => [
      `The database belongs to ${describe(to)} already. Nothing was changed.`,
    ]);
    return EXIT.done;
  }
  for (const line of describeEffects(preview)) out.note(line);
  if (!yes) {
    const typed = await ask(`Type the new account (${to.accountId}) to bind the database to it: `);
    if (typed !== to.accountId)
      return refuse(
        out,
        "not_agreed",
        `The account was not given. Nothing was changed.${typed === null ? " Without a terminal: --yes." : ""}`,
      );
  }
  const bound = await parity.binding.bind({ to, actor: COMMAND_LINE, reason });
  if (!bound.ok) return refuse(out, "cannot_bind", bound.message);
  out.answer({ ...preview, changed: true }, (): Line[] => [
    `The database belongs to ${describe(to)} now. Writing is off.`,
    "Next: restart the processes with the new key, then: npm run parity -- sync --all --read   (a preview; it writes no record)",
  ]);
  return EXIT.done;
}

function refuse(out: CommandContext["out"], code: string, message: string): ExitCode {
  out.fail(code, message);
  return EXIT.failed;
}

const describe = ({ accountId, livemode }: AccountName): string =>
  `${accountId} (${livemode ? "live" : "test"} mode)`;

function describeEffects({ from, to, forgotten, recordedCustomers, mappedPrices }: BindingPreview): string[] {
  const { customers, subscriptions, events } = forgotten;
  return [
    `From ${from === null ? "no account" : describe(from)} to ${describe(to)}:`,
    `  forgotten, because it belongs to the old account: what Stripe said of ${pluralize(customers, "customer")} and ${pluralize(subscriptions, "subscription")}, and ${pluralize(events, "event")}`,
    "  kept: the audit, the runs, the links, comps, holds, plans, settings, and all records of the application",
    `  ${pluralize(recordedCustomers, "user has", "users have")} a recorded customer: where the new account does not have it, a person decides, and nothing is taken`,
    ...(mappedPrices > 0
      ? [
          `  ${pluralize(mappedPrices, "price is", "prices are")} mapped by an id, which is another one in another account or mode`,
        ]
      : []),
    "  writing is turned off",
  ];
}

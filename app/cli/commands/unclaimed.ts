import { z } from "zod";
import { formatDay } from "~/billing/dates";
import { type CommandContext, defineCommand, EXIT, type ExitCode } from "~/cli/command";
import type { Line } from "~/cli/layout";
import { formatPerMonth } from "~/dashboard/payers/payer-words";
import type { UnclaimedPayer } from "~/dashboard/payers/unclaimed-payers.server";

const LIMIT = 1_000;

export const unclaimed = defineCommand({
  name: "unclaimed",
  usage: ["unclaimed [cus_… | sub_… | email]"],
  summary: "list paying Stripe customers that are linked to no user",
  help: [
    "With money per month, since when, and the users that the address or a checkout session points to.",
    `Reads what is stored; Stripe is not read. At most ${LIMIT} customers. Exit code 3 when there are any.`,
  ],
  options: {},
  input: z.object({ positionals: z.array(z.string()).max(1, "Name one customer, or none.") }),
  run: (context, { positionals: [search] }) => listUnclaimed(context, search ?? null),
});

async function listUnclaimed({ parity, out }: CommandContext, search: string | null): Promise<ExitCode> {
  const payers = await parity.unclaimedPayers({ limit: LIMIT, search });
  out.answer({ payers }, () =>
    payers.length === 0
      ? ["No paying customer is without a user."]
      : [["customer", "email", "a month", "since", "subscriptions", "may be"], ...payers.map(toLine)],
  );
  return payers.length === 0 ? EXIT.done : EXIT.mismatches;
}

const toLine = (payer: UnclaimedPayer): Line => [
  payer.customerId,
  payer.email ?? "",
  formatPerMonth(payer),
  formatDay(payer.since),
  payer.subscriptionIds.join(" "),
  [...new Set([...payer.usersWithAddress, ...payer.usersByReference])].join(" "),
];

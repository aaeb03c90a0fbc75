import { formatDay } from "~/billing/dates";
import { formatMoney } from "~/billing/money";
import { FLAG_CATALOGUE } from "~/billing/verdicts/flags";
import { describeReversal } from "~/billing/words/reversal";
import { type CommandContext, EXIT, type ExitCode } from "~/cli/command";
import { findUser, showPayers } from "~/cli/find-user";
import type { Line } from "~/cli/layout";
import { chooseExitCode } from "~/cli/remaining";
import { formatTime, toVerdictCell } from "~/cli/words";
import type { ComparisonLine } from "~/dashboard/comparison.server";
import type { UserPage } from "~/dashboard/user-pages.server";
import type { LinkView, UserView } from "~/dashboard/user-view.server";

/** One user: the verdict as a sentence, and database, expected value and Stripe side by side. */
export async function showUserStatus(context: CommandContext, query: string): Promise<ExitCode> {
  const { parity, out, now } = context;
  const found = await parity.findUser(query);
  const unclaimed = found === null ? showPayers(context, await parity.findPayers(query)) : null;
  if (unclaimed !== null) return unclaimed;
  const userId = found ?? (await findUser(context, query));
  const page = userId === null ? null : await parity.userPage(userId);
  if (userId === null || page === null) return EXIT.failed;
  out.answer(page, () => [
    ...formatHead(page.user),
    "",
    ["", "database", "should be", "Stripe"],
    ...page.comparison.map(formatComparison),
    "",
    ...links(page),
    `Last read from Stripe: ${formatTime(page.user.observedAt, now())}`,
  ]);
  return chooseExitCode(parity, userId);
}

function formatHead({ name, email, userId, verdict, flags, ...user }: UserView): Line[] {
  const lines: Line[] = [
    `${name ?? "(no name)"} <${email}> ${userId}`,
    [toVerdictCell(verdict), flags.map((flag) => FLAG_CATALOGUE[flag].label).join(", ")],
    user.sentence,
  ];
  if (user.blockedSentence !== null) lines.push(user.blockedSentence);
  for (const reversal of user.stripe?.reversals ?? []) lines.push(`${describeReversal(reversal)}.`);
  if (user.money) {
    const what = user.money.kind === "locked_out" ? "Locked out" : "Unpaid access";
    const since = user.since === null ? "" : ` since ${formatDay(user.since)}`;
    lines.push(`${what}${since}: ${formatMoney(user.money.perMonth, user.money.currency)} a month.`);
  }
  return lines;
}

/** A line that differs is marked. Equal lines are shown too, because the table compares. */
function formatComparison({ label, recorded, expected, stripe, differs, severity }: ComparisonLine): Line {
  if (!differs) return [`  ${label}`, recorded, "", stripe ?? ""];
  const tone = severity ?? "low";
  return [{ text: `≠ ${label}`, tone }, { text: recorded, tone }, { text: expected, tone }, stripe ?? ""];
}

function links({ links: known, possibleMatches }: UserPage): Line[] {
  const lines: Line[] = known.map(formatLink);
  if (known.length === 0) lines.push("No Stripe customer is linked.");
  for (const id of possibleMatches) lines.push(`${id} pays, may be this user, and is not linked.`);
  return lines;
}

const STATE_WORDS: Record<LinkView["state"], string> = {
  present: "",
  deleted: ", deleted in Stripe",
  missing: ", not found in Stripe",
  never_seen: ", not read yet",
};

const SOURCE_WORDS: Record<LinkView["sources"][number], string> = {
  recorded: "the database",
  recorded_subscription: "the recorded subscription",
  metadata: "Stripe’s metadata",
  session: "a checkout session",
  confirmed: "staff",
  email: "the email address",
};

const formatLink = ({ customerId, sources, state }: LinkView): Line => {
  const by = sources.map((source) => SOURCE_WORDS[source]).join(" and ");
  return `${customerId}, linked by ${by}${STATE_WORDS[state]}`;
};

import { formatDay } from "~/billing/dates";
import { formatMoney } from "~/billing/money";
import { type CommandContext, EXIT, type ExitCode } from "~/cli/command";
import { findUser } from "~/cli/find-user";
import type { Line } from "~/cli/layout";
import { exitForUser } from "~/cli/remaining";
import { moment, verdictCell } from "~/cli/words";
import type { ComparisonLine, LinkView, UserPage, UserView } from "~/dashboard/views";
import { FLAG_WORDS } from "~/ui/status/words";

/** One user: the sentence, and the database's word beside what it should be and Stripe's. */
export async function statusOfUser(context: CommandContext, query: string): Promise<ExitCode> {
  const { parity, out, now } = context;
  const userId = await findUser(context, query);
  const page = userId === null ? null : await parity.userPage(userId);
  if (userId === null || page === null) return EXIT.failed;
  out.answer(page, () => [
    ...head(page.user),
    "",
    ["", "database", "should be", "Stripe"],
    ...page.comparison.map(comparisonLine),
    "",
    ...links(page),
    `Stripe last asked: ${moment(page.user.observedAt, now())}`,
  ]);
  return exitForUser(parity, userId);
}

function head({ name, email, userId, verdict, flags, ...user }: UserView): Line[] {
  const lines: Line[] = [
    `${name ?? "(no name)"} <${email}> ${userId}`,
    [verdictCell(verdict), flags.map((flag) => FLAG_WORDS[flag]).join(", ")],
    user.sentence,
  ];
  if (user.blockedSentence !== null) lines.push(user.blockedSentence);
  if (user.money) {
    const what = user.money.kind === "locked_out" ? "Locked out" : "Unpaid access";
    const since = user.since === null ? "" : ` since ${formatDay(user.since)}`;
    lines.push(`${what}${since}: ${formatMoney(user.money.perMonth, user.money.currency)} a month.`);
  }
  return lines;
}

/** What differs is marked; what agrees is there all the same, because comparing is the point. */
function comparisonLine({ label, recorded, expected, stripe, differs, severity }: ComparisonLine): Line {
  if (!differs) return [`  ${label}`, recorded, "", stripe ?? ""];
  const tone = severity ?? "low";
  return [{ text: `≠ ${label}`, tone }, { text: recorded, tone }, { text: expected, tone }, stripe ?? ""];
}

function links({ links: known, suggestions }: UserPage): Line[] {
  const lines: Line[] = known.map(linkLine);
  if (known.length === 0) lines.push("No Stripe customer is linked.");
  for (const id of suggestions) lines.push(`${id} pays under the same address, and is not linked.`);
  return lines;
}

const STATE_WORDS: Record<LinkView["state"], string> = {
  present: "",
  deleted: ", deleted in Stripe",
  missing: ", which Stripe does not have",
  never_seen: ", not seen yet",
};

const SOURCE_WORDS: Record<LinkView["sources"][number], string> = {
  recorded: "the database",
  recorded_subscription: "the recorded subscription",
  metadata: "Stripe’s metadata",
  session: "a checkout session",
  confirmed: "staff",
  email: "the e-mail address",
};

const linkLine = ({ customerId, sources, state }: LinkView): Line => {
  const by = sources.map((source) => SOURCE_WORDS[source]).join(" and ");
  return `${customerId}, linked by ${by}${STATE_WORDS[state]}`;
};

import { Link } from "@remix-run/react";
import type { Verdict } from "~/billing/verdicts/catalogue";
import { formatCount } from "~/billing/words/counts";
import type { Stake } from "~/dashboard/account-facts.server";
import type { FirstRunCounts } from "~/dashboard/first-run/first-run.server";
import { EMPTY_QUERY, usersPath } from "~/dashboard/users-list/users-query";
import { Money } from "~/ui/format/money";
import { Shape } from "~/ui/status/shape";
import { type Tone, toneText } from "~/ui/status/tone";

type Line = {
  label: string;
  meaning: string;
  users: number;
  stakes?: Stake[];
  tone: Tone;
  to: string | null;
};

const linkTo = (...verdicts: Verdict[]) => usersPath(EMPTY_QUERY, { verdicts });

const listLines = (counts: FirstRunCounts): Line[] => [
  {
    ...{ label: "Locked out", meaning: "They paid and have no access: it would be granted." },
    ...{ ...counts.lockedOut, tone: "critical", to: linkTo("locked_out") },
  },
  {
    ...{ label: "Access without paying", meaning: "It would be revoked, and only when you turn that on." },
    ...{ ...counts.unpaidAccess, tone: "critical", to: linkTo("unpaid_access") },
  },
  {
    ...{
      label: "Prices without a plan",
      meaning: "They pay a price that is mapped to no plan: decide what it buys.",
    },
    ...{ ...counts.unmapped, tone: "review", to: linkTo("unmapped_price") },
  },
  {
    ...{
      label: "Possible matches",
      meaning: "An address or a reference points to a payer: a person confirms.",
    },
    ...{ users: counts.possibleMatches, tone: "review", to: linkTo("possible_match") },
  },
  {
    ...{ label: "Payers without a user", meaning: "They pay in Stripe, and no user is linked to them." },
    ...{ users: counts.unlinkedPayers, tone: "review", to: "/?queue=not_linked" },
  },
  {
    ...{ label: "Other decisions", meaning: "Conflicts, missing customers and unknown statuses." },
    ...{
      users: counts.needsDecision,
      tone: "review",
      to: linkTo("link_conflict", "missing_in_stripe", "unknown_status"),
    },
  },
  {
    ...{ label: "Details that differ", meaning: "Plan, status or dates; who has access stays as it is." },
    ...{
      users: counts.otherDifferences,
      tone: "medium",
      to: linkTo("plan_mismatch", "access_mismatch", "status_mismatch", "detail_mismatch"),
    },
  },
  {
    ...{ label: "Not checked yet", meaning: "Nothing is known about them before Stripe was read." },
    ...{ users: counts.notChecked, tone: "low", to: linkTo("not_checked") },
  },
];

/** The users by what was found about them. Before Stripe was read only their number is known. */
export function FoundList({ counts, isKnown }: { counts: FirstRunCounts; isKnown: boolean }) {
  const lines = isKnown ? listLines(counts).filter(({ users }) => users > 0) : [];
  return (
    <div className="px-5 py-4">
      <p className="text-text">
        <span className="text-figure font-semibold tracking-tight tabular-nums">
          {formatCount(counts.owners)}
        </span>{" "}
        <span className="text-quiet">
          {counts.owners === 1 ? "user" : "users"} in your database
          {isKnown
            ? `, ${formatCount(counts.paying + counts.lockedOut.users)} of them paying in Stripe`
            : ". What Stripe says of them is not known yet."}
        </span>
      </p>
      {counts.owners === 0 && (
        <p className="mt-2 text-table text-critical">
          The mapping finds no user: look at it before anything else (npm run parity -- adopt --check).
        </p>
      )}
      {isKnown && lines.length === 0 && (
        <p className="mt-2 text-table text-quiet">
          Every user has what Stripe says. Nothing would be changed.
        </p>
      )}
      {lines.length > 0 && (
        <ul className="mt-3 border-t border-line">
          {lines.map((line) => (
            <FoundLine key={line.label} line={line} />
          ))}
        </ul>
      )}
    </div>
  );
}

function FoundLine({ line: { label, meaning, users, stakes = [], tone, to } }: { line: Line }) {
  return (
    <li className="grid grid-cols-[1fr_auto] items-baseline gap-x-6 gap-y-0.5 border-b border-line py-2.5 text-table last:border-b-0 sm:grid-cols-[12rem_minmax(0,1fr)_auto_5rem]">
      <span className="flex items-center gap-2 font-medium">
        <span className={toneText[tone]}>
          <Shape tone={tone} />
        </span>
        {label}
      </span>
      <span className="text-quiet max-sm:col-span-2 max-sm:row-start-2">{meaning}</span>
      <span className="text-end text-quiet max-sm:col-span-2 max-sm:row-start-3 max-sm:text-start">
        {stakes.map(({ currency, perMonth }, index) => (
          <span key={currency}>
            {index > 0 && " · "}
            <Money amount={perMonth} currency={currency} />
          </span>
        ))}
        {stakes.length > 0 && " per month"}
      </span>
      <span className="text-end tabular-nums max-sm:col-start-2 max-sm:row-start-1">
        {to === null ? (
          formatCount(users)
        ) : (
          <Link to={to} className="rounded font-medium text-accent hover:underline">
            {formatCount(users)}
            <span className="sr-only"> {label}: view</span>
          </Link>
        )}
      </span>
    </li>
  );
}

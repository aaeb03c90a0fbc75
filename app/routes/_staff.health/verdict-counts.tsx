import { Link } from "@remix-run/react";
import { IN_SYNC_VERDICTS, VERDICT_CATALOGUE, VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import { SEVERITY_RANK } from "~/billing/verdicts/severity";
import { formatCount } from "~/billing/words/counts";
import type { Overview } from "~/dashboard/overview.server";
import { EMPTY_QUERY, usersPath } from "~/dashboard/users-list/users-query";
import { useFrameData } from "~/routes/_staff/frame-data";
import { Section } from "~/ui/section";
import { Shape } from "~/ui/status/shape";
import { chooseTone, toneText } from "~/ui/status/tone";

/** The number of users per verdict: the most severe first, users without a mismatch last. */
export function VerdictCounts({ verdicts }: { verdicts: Overview["verdicts"] }) {
  const isStale = useFrameData()?.frame.stale != null;
  const users = new Map(verdicts.map((count) => [count.verdict, count.users]));
  const present = VERDICTS.map((verdict) => ({ verdict, users: users.get(verdict) ?? 0 })).filter(
    (count) => count.users > 0,
  );
  const rank = ({ verdict }: { verdict: Verdict }) => SEVERITY_RANK[VERDICT_CATALOGUE[verdict].severity];
  const open = present
    .filter(({ verdict }) => !IN_SYNC_VERDICTS.has(verdict))
    .sort((one, other) => rank(other) - rank(one));
  const settled = present.filter(({ verdict }) => IN_SYNC_VERDICTS.has(verdict));
  return (
    <Section title="Users by sync status">
      {open.length === 0 && (
        <p className="py-3 text-table text-quiet">
          {isStale ? "No mismatches were found when users were last checked." : "No mismatches found."}
        </p>
      )}
      <ul className="grid gap-x-6 text-table sm:grid-cols-2 lg:grid-cols-3">
        {[...open, ...settled].map(({ verdict, users }) => (
          <li key={verdict} className="border-b border-line">
            <Link
              to={usersPath(EMPTY_QUERY, { verdicts: [verdict] })}
              className="flex h-10 items-center gap-2 rounded px-1 hover:bg-hover"
            >
              <span className={toneText[chooseTone(verdict)]}>
                <Shape tone={chooseTone(verdict)} />
              </span>
              <span className="flex-1">{VERDICT_CATALOGUE[verdict].label}</span>
              <span className="font-medium tabular-nums">{formatCount(users)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

import { Link } from "@remix-run/react";
import type { RunGroup, RunPage } from "~/dashboard/views";
import { classNames } from "~/ui/class-names";
import { Section } from "~/ui/section";
import { Shape } from "~/ui/status/shape";
import { type Tone, toneOf, toneText } from "~/ui/status/tone";
import { plural } from "~/ui/status/words";
import { isLive, partsOf, usersAsBefore } from "./parts";

const OUTCOME_TONES: Record<RunGroup["outcome"], Tone | null> = {
  intended: null,
  synced: "right",
  blocked: "high",
  review: "review",
  failed: "critical",
  not_checked: "low",
  changed_since_preview: "medium",
};

/** What will happen and what will not, side by side and in the same room; afterwards in the past tense. */
export function Result({ page, group }: { page: RunPage; group: string | null }) {
  const { run } = page;
  const { will, willNot } = partsOf(page);
  const preview = run.mode === "preview";
  const live = isLive(run);
  const nothing = live ? "Nothing yet." : null;
  const asBefore = live ? 0 : usersAsBefore(page);
  return (
    <div className="grid gap-x-10 lg:grid-cols-2">
      <Section title={preview ? "What will happen" : "What happened"} aside={countWords(will)}>
        <Groups
          groups={will}
          chosen={group}
          none={nothing ?? (preview ? "Nothing would change." : "Nothing was changed.")}
        />
      </Section>
      <Section
        title={preview ? "What will not happen, and why" : "What did not happen, and why"}
        aside={countWords(willNot)}
      >
        <Groups groups={willNot} chosen={group} none={nothing ?? "Nobody is left out."} />
      </Section>
      {asBefore > 0 && (
        <p className="mt-4 text-table text-quiet lg:col-span-2">
          <span className="mr-1.5 inline-block text-review">
            <Shape tone="review" />
          </span>
          {plural(asBefore, "user is", "users are")} blocked or for review as before: nothing has changed for
          them.{" "}
          <Link to="/users" className="text-accent hover:underline">
            Show the worst first
          </Link>
        </p>
      )}
      {run.skipped > 0 && (
        <p className="mt-4 text-table text-quiet lg:col-span-2">
          <span className="mr-1.5 inline-block text-correct">
            <Shape tone="right" />
          </span>
          {plural(run.skipped, "user is", "users are")} in sync: nothing to do.
        </p>
      )}
    </div>
  );
}

function countWords(groups: RunGroup[]): string | null {
  const users = groups.reduce((sum, group) => sum + group.users, 0);
  return users > 0 ? plural(users, "user") : null;
}

function Groups({ groups, chosen, none }: { groups: RunGroup[]; chosen: string | null; none: string }) {
  if (groups.length === 0) return <p className="py-3 text-table text-quiet">{none}</p>;
  return (
    <ul>
      {groups.map((group) => {
        const tone = OUTCOME_TONES[group.outcome] ?? toneOf(group.verdict);
        const isChosen = group.key === chosen;
        return (
          <li key={group.key} className="border-b border-line">
            <Link
              to={isChosen ? "?" : `?${new URLSearchParams({ group: group.key })}`}
              preventScrollReset
              aria-current={isChosen ? "true" : undefined}
              className={classNames(
                "flex items-start gap-2.5 rounded px-1.5 py-2.5 text-pretty",
                isChosen ? "bg-selected" : "hover:bg-hover",
              )}
            >
              <span className={`mt-[5px] ${toneText[tone]}`}>
                <Shape tone={tone} />
              </span>
              {group.sentence}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

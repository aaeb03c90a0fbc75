import { Link } from "@remix-run/react";
import { pluralize } from "~/billing/words/counts";
import type { RunPage } from "~/dashboard/run-pages.server";
import type { RunGroup } from "~/dashboard/run-view.server";
import { classNames } from "~/ui/class-names";
import { Section } from "~/ui/section";
import { Shape } from "~/ui/status/shape";
import { chooseTone, type Tone, toneText } from "~/ui/status/tone";
import { countUnchangedUsers, isRunning, splitGroups } from "./run-groups";

const OUTCOME_TONES: Record<RunGroup["outcome"], Tone | null> = {
  intended: null,
  synced: "right",
  blocked: "high",
  review: "review",
  failed: "critical",
  not_checked: "low",
  changed_since_preview: "medium",
};

/** What a run changes and what it does not change, side by side. In the past tense once the run has finished. */
export function Result({ page, group }: { page: RunPage; group: string | null }) {
  const { run } = page;
  const { will, willNot } = splitGroups(page);
  const preview = run.mode === "preview";
  const running = isRunning(run);
  const pendingText = running ? "Nothing yet." : null;
  const unchangedUsers = running ? 0 : countUnchangedUsers(page);
  return (
    <div className="grid gap-x-10 lg:grid-cols-2">
      <Section title={preview ? "What will happen" : "What happened"} aside={formatUserCount(will)}>
        <Groups
          groups={will}
          chosen={group}
          none={pendingText ?? (preview ? "No changes." : "Nothing was changed.")}
        />
      </Section>
      <Section
        title={preview ? "What will not happen, and why" : "Not changed, and why"}
        aside={formatUserCount(willNot)}
      >
        <Groups groups={willNot} chosen={group} none={pendingText ?? "No users are left out."} />
      </Section>
      {unchangedUsers > 0 && (
        <p className="mt-4 text-table text-quiet lg:col-span-2">
          <span className="mr-1.5 inline-block text-review">
            <Shape tone="review" />
          </span>
          {pluralize(unchangedUsers, "user is", "users are")} still blocked or awaiting a decision. This run
          did not check them again.{" "}
          <Link to="/users" className="text-accent hover:underline">
            View users
          </Link>
        </p>
      )}
      {run.skipped > 0 && (
        <p className="mt-4 text-table text-quiet lg:col-span-2">
          <span className="mr-1.5 inline-block text-correct">
            <Shape tone="right" />
          </span>
          {pluralize(run.skipped, "user is", "users are")} in sync.
        </p>
      )}
    </div>
  );
}

function formatUserCount(groups: RunGroup[]): string | null {
  const users = groups.reduce((sum, group) => sum + group.users, 0);
  return users > 0 ? pluralize(users, "user") : null;
}

function Groups({ groups, chosen, none }: { groups: RunGroup[]; chosen: string | null; none: string }) {
  if (groups.length === 0) return <p className="py-3 text-table text-quiet">{none}</p>;
  return (
    <ul>
      {groups.map((group) => {
        const tone = OUTCOME_TONES[group.outcome] ?? chooseTone(group.verdict);
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

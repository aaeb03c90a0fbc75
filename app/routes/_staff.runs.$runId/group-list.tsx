import { Link } from "@remix-run/react";
import type { RunGroup } from "~/dashboard/run-results/run-groups.server";
import { classNames } from "~/ui/class-names";
import { Shape } from "~/ui/status/shape";
import { chooseTone, type Tone, toneText } from "~/ui/status/tone";
import { buildRunSearch, toggleGroup, type View } from "./choice";
import { LeftOutLink } from "./left-out-link";
import { MoneyList } from "./money-list";

const OUTCOME_TONES: Record<RunGroup["outcome"], Tone | null> = {
  intended: null,
  synced: "right",
  blocked: "high",
  review: "review",
  failed: "critical",
  not_checked: "low",
  changed_since_preview: "medium",
  left_out: "low",
};

/** Taking access away is red, also when it is done. */
function chooseGroupTone({ outcome, verdict, revokes }: RunGroup): Tone {
  const takes = revokes && (outcome === "intended" || outcome === "synced");
  return takes ? "critical" : (OUTCOME_TONES[outcome] ?? chooseTone(verdict));
}

type GroupListProps = { groups: RunGroup[]; view: View; none: string; canLeaveOut: boolean };

/** The groups of a run. A click lists the users of a group; in a preview a group can be left out. */
export function GroupList({ groups, view, none, canLeaveOut }: GroupListProps) {
  if (groups.length === 0) return <p className="py-3 text-table text-quiet">{none}</p>;
  return (
    <ul>
      {groups.map((group) => {
        const tone = chooseGroupTone(group);
        const isChosen = group.key === view.group;
        const isOut = view.leftOut.groups.includes(group.key);
        const shown = { ...view, after: null, group: isChosen ? null : group.key };
        return (
          <li key={group.key} className="flex items-start gap-2 border-b border-line py-1">
            <Link
              to={buildRunSearch(shown)}
              preventScrollReset
              aria-current={isChosen ? "true" : undefined}
              className={classNames(
                "flex min-w-0 flex-1 items-start gap-2.5 rounded px-1.5 py-1.5 text-pretty",
                isChosen ? "bg-selected" : "hover:bg-hover",
              )}
            >
              <span className={`mt-[5px] ${toneText[tone]}`}>
                <Shape tone={tone} />
              </span>
              <span className={classNames(isOut && "text-quiet line-through")}>
                {group.sentence}
                {group.money.length > 0 && (
                  <span className="text-quiet">
                    {" "}
                    <MoneyList money={group.money} />.
                  </span>
                )}
              </span>
            </Link>
            {canLeaveOut && (
              <span className="py-1.5">
                <LeftOutLink
                  to={buildRunSearch(toggleGroup(view, group.key))}
                  isOut={isOut}
                  name={group.sentence}
                />
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

import type { CheckedPart } from "~/dashboard/doctor/doctor.server";
import { DOCTOR_GROUPS, type Finding, GROUPS } from "~/dashboard/doctor/groups";
import { Section } from "~/ui/section";
import { LevelMark } from "~/ui/status/level-mark";

type DoctorGroupsProps = { checks: CheckedPart[]; isAsked: boolean; isAsking: boolean };

/** The checks by group, each finding with what to do. */
export function DoctorGroups({ checks, isAsked, isAsking }: DoctorGroupsProps) {
  return GROUPS.map((group) => {
    const parts = checks.filter((check) => check.group === group);
    const asksStripe = group === "stripe" || group === "webhooks";
    if (parts.length === 0 && !asksStripe) return null;
    return (
      <Section key={group} title={DOCTOR_GROUPS[group]}>
        {parts.map((part) => (
          <CheckRow key={part.id} part={part} />
        ))}
        {asksStripe && !isAsked && (
          <p className="py-2.5 text-table text-quiet">
            {isAsking
              ? "Asking Stripe…"
              : group === "stripe"
                ? "Not looked at yet: press Check Stripe for the account, each permission and the clock."
                : "The endpoint and undelivered events are not looked at yet: press Check Stripe."}
          </p>
        )}
      </Section>
    );
  });
}

function CheckRow({ part: { title, found } }: { part: CheckedPart }) {
  return (
    <div className="grid gap-x-6 gap-y-1 border-b border-line py-2.5 text-table last:border-b-0 sm:grid-cols-[9rem_minmax(0,1fr)] lg:grid-cols-[11rem_minmax(0,1fr)]">
      <h3 className="text-quiet">{title}</h3>
      <ul className="space-y-1.5">
        {found.map((finding) => (
          <FindingLine key={`${finding.level} ${finding.text}`} finding={finding} />
        ))}
      </ul>
    </div>
  );
}

function FindingLine({ finding: { level, text, remedy } }: { finding: Finding }) {
  return (
    <li className="flex gap-2.5">
      <LevelMark level={level} />
      <span className="min-w-0 flex-1 break-words">
        <span className={level === "ok" ? "text-quiet" : "text-ink"}>{text}</span>
        {remedy !== null && <span className="mt-0.5 block text-quiet">→ {remedy}</span>}
      </span>
    </li>
  );
}

import { Link } from "@remix-run/react";
import { pluralize } from "~/billing/words/counts";
import type { Level } from "~/dashboard/doctor/groups";
import type { Sign } from "~/dashboard/health/signs.server";
import { Banner } from "~/ui/banner";
import { Time } from "~/ui/format/time";
import { Section } from "~/ui/section";
import { LevelMark } from "~/ui/status/level-mark";

type SignsProps = {
  signs: Sign[];
  /** Findings of the doctor; undefined while it looks, null when it could not. */
  findings: number | null | undefined;
  canSeeDoctor: boolean;
};

/** Whether each part works, and first of all whether everything does. */
export function Signs({ signs, findings, canSeeDoctor }: SignsProps) {
  const all = [...signs, describeDoctor(findings, canSeeDoctor)];
  return (
    <>
      <Summary levels={all.map(({ level }) => level)} />
      <Section title="Is everything working?">
        <ul>
          {all.map((sign) => (
            <SignRow key={sign.id} sign={sign} />
          ))}
        </ul>
      </Section>
    </>
  );
}

function Summary({ levels }: { levels: Level[] }) {
  const count = (level: Level) => levels.filter((one) => one === level).length;
  const [problems, warnings, unknown] = [count("problem"), count("warning"), count("unknown")];
  if (problems > 0)
    return (
      <Banner tone="critical">
        {pluralize(problems, "thing does", "things do")} not work
        {warnings > 0 && `, and ${warnings} could be better`}.
      </Banner>
    );
  if (warnings > 0)
    return <Banner tone="high">{pluralize(warnings, "thing needs", "things need")} attention.</Banner>;
  if (unknown > 0)
    return (
      <Banner tone="low">
        Nothing wrong is known. {unknown} of {levels.length} are not known yet.
      </Banner>
    );
  return <Banner tone="right">Everything works.</Banner>;
}

function describeDoctor(findings: number | null | undefined, canSee: boolean): Sign {
  const common = { id: "doctor", title: "Doctor", at: null, remedy: null };
  const link = canSee ? { to: "/doctor", label: "View findings" } : null;
  if (findings === undefined) return { ...common, level: "unknown", text: "It is looking…", link };
  if (findings === null) return { ...common, level: "unknown", text: "It could not look.", link };
  if (findings === 0)
    return { ...common, level: "ok", text: "Nothing to mend. It did not ask Stripe.", link };
  return {
    ...common,
    level: "warning",
    text: `${pluralize(findings, "finding needs", "findings need")} ${canSee ? "a person" : "an admin"}.`,
    link,
  };
}

function SignRow({ sign: { title, level, text, at, remedy, link } }: { sign: Sign }) {
  return (
    <li className="flex items-start gap-2.5 border-b border-line py-2.5 text-table">
      <LevelMark level={level} />
      <div className="grid min-w-0 flex-1 gap-x-6 gap-y-0.5 sm:grid-cols-[9rem_minmax(0,1fr)] lg:grid-cols-[11rem_minmax(0,1fr)]">
        <h3 className="font-medium">{title}</h3>
        <div>
          <p className={level === "ok" ? "text-quiet" : undefined}>
            {text}
            {at !== null && (
              <>
                {" "}
                <Time at={at} />.
              </>
            )}
            {link && (
              <Link to={link.to} className="ml-2 rounded text-accent underline underline-offset-2">
                {link.label}
              </Link>
            )}
          </p>
          {remedy !== null && <p className="text-quiet">→ {remedy}</p>}
        </div>
      </div>
    </li>
  );
}

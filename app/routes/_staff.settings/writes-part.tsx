import { WRITE_MODES, type WriteMode } from "~/billing/policy";
import { Section } from "~/ui/section";
import { capital, WRITE_MODE_MEANINGS, WRITE_MODE_WORDS } from "~/ui/status/words";
import { WritesMenu } from "../_staff/writes-menu";

/** The switch, and what each of its positions means. */
export function WritesPart({ writeMode, mayChange }: { writeMode: WriteMode; mayChange: boolean }) {
  return (
    <Section title="Writes" aside={<WritesMenu writeMode={writeMode} mayChange={mayChange} />}>
      <dl className="text-table">
        {WRITE_MODES.map((choice) => (
          <div key={choice} className="grid gap-x-4 border-b border-line py-2.5 sm:grid-cols-[8rem_1fr]">
            <dt className={choice === writeMode ? "font-semibold" : "text-quiet"}>
              {capital(WRITE_MODE_WORDS[choice])}
              {choice === writeMode && <span className="ml-1.5 text-small font-medium text-accent">now</span>}
            </dt>
            <dd className={choice === writeMode ? undefined : "text-quiet"}>{WRITE_MODE_MEANINGS[choice]}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

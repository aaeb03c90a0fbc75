import { WRITE_MODES, type WriteMode } from "~/billing/policy";
import { WriteModeMenu } from "~/routes/_staff/write-mode-menu";
import { Section } from "~/ui/section";
import { capitalize, WRITE_MODE_MEANINGS, WRITE_MODE_WORDS } from "~/ui/status/words";

/** The control that changes the write mode, and what each mode means. */
export function WriteModeSection({ writeMode, canChange }: { writeMode: WriteMode; canChange: boolean }) {
  return (
    <Section title="Repairs" aside={<WriteModeMenu writeMode={writeMode} canChange={canChange} />}>
      <dl className="text-table">
        {WRITE_MODES.map((choice) => (
          <div key={choice} className="grid gap-x-4 border-b border-line py-2.5 sm:grid-cols-[8rem_1fr]">
            <dt className={choice === writeMode ? "font-semibold" : "text-quiet"}>
              {capitalize(WRITE_MODE_WORDS[choice])}
              {choice === writeMode && (
                <span className="ml-1.5 text-small font-medium text-accent">current</span>
              )}
            </dt>
            <dd className={choice === writeMode ? undefined : "text-quiet"}>{WRITE_MODE_MEANINGS[choice]}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

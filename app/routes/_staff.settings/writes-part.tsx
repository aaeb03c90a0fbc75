import { WRITES, type Writes } from "~/billing/policy";
import { Section } from "~/ui/section";
import { capital, WRITES_MEANING, WRITES_WORDS } from "~/ui/status/words";
import { WritesMenu } from "../_staff/writes-menu";

/** The switch, and what each of its positions means. */
export function WritesPart({ writes, mayChange }: { writes: Writes; mayChange: boolean }) {
  return (
    <Section title="Writes" aside={<WritesMenu writes={writes} mayChange={mayChange} />}>
      <dl className="text-table">
        {WRITES.map((choice) => (
          <div key={choice} className="grid gap-x-4 border-b border-line py-2.5 sm:grid-cols-[8rem_1fr]">
            <dt className={choice === writes ? "font-semibold" : "text-quiet"}>
              {capital(WRITES_WORDS[choice])}
              {choice === writes && <span className="ml-1.5 text-small font-medium text-accent">now</span>}
            </dt>
            <dd className={choice === writes ? undefined : "text-quiet"}>{WRITES_MEANING[choice]}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

import type { Finding } from "./check";
import { DOCTOR_CHECKS, type DoctorContext } from "./checks.server";

export type DoctorReport = { findings: number; checks: { id: string; title: string; found: Finding[] }[] };

/** Looks at everything in the catalogue. A check that fails is a finding, and the others are made all the same. */
export async function examine(context: DoctorContext): Promise<DoctorReport> {
  const checks = await Promise.all(
    DOCTOR_CHECKS.map(async ({ id, title, look }) => {
      const found = await look(context).catch((error: unknown): Finding[] => {
        context.log.error({ err: error, check: id }, "doctor check failed");
        return [{ level: "finding", text: "This could not be checked; the log says why." }];
      });
      return { id, title, found };
    }),
  );
  const findings = checks.flatMap(({ found }) => found).filter(({ level }) => level === "finding").length;
  return { findings, checks };
}

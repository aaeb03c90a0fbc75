import type { Deps } from "~/engine/evaluate/deps.server";
import type { CountCache } from "../count-cache.server";
import type { DoctorReport } from "../doctor/doctor.server";
import type { UsersList } from "../users-list/users-list.server";
import { countCauses } from "./causes.server";
import { loadSigns } from "./signs.server";
import type { TrendStep } from "./trend";
import { loadTrend } from "./trend.server";

type HealthDeps = Pick<Deps, "db" | "guard"> & {
  countCache: CountCache;
  users: UsersList;
  takesWebhooks: boolean;
  /** False where no process lives between requests. */
  staysAlive: boolean;
  /** The doctor, without what asks Stripe. */
  examine: () => Promise<DoctorReport>;
};

/** How long the doctor's findings are kept: it looks at a lot, and everyone has this page open. Milliseconds. */
const KEEP_FINDINGS_MS = 60_000;

/** Whether Parity works, how records and Stripe come apart over weeks, and why. */
export function createHealth({ examine, countCache, ...deps }: HealthDeps) {
  let kept: { at: number; findings: Promise<number> } | null = null;
  return {
    signs: () => loadSigns(deps),
    /** How many findings of the doctor need a person; a minute old at most. */
    findings(): Promise<number> {
      const now = performance.now();
      if (kept === null || now - kept.at > KEEP_FINDINGS_MS) {
        const findings = examine().then((report) => report.findings);
        kept = { at: now, findings };
        findings.catch(() => {
          kept = null;
        });
      }
      return kept.findings;
    },
    /** Null when counting takes too long. */
    trend: (step: TrendStep) => countCache.count(`trend ${step}`, (tx) => loadTrend(tx, step)),
    causes: () => countCauses(deps),
  };
}

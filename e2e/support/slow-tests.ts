import type { Reporter, TestCase } from "vitest/node";

/** Lines about slow tests begin with this. */
export const SLOW = "slow: ";
/** The part of its time-out that a test may take: beside other work it takes several times as long. */
const ALLOWED = 1 / 3;

/** For vitest: names the tests that come near their time-outs. */
export default class SlowTests implements Reporter {
  readonly #found: string[] = [];

  onTestCaseResult(test: TestCase): void {
    const timeout = test.options.timeout ?? test.project.config.testTimeout;
    const line = describeSlow(test.fullName, test.diagnostic()?.duration ?? 0, timeout);
    if (line !== null) this.#found.push(`${line}  ${test.module.relativeModuleId}`);
  }

  onTestRunEnd(): void {
    for (const line of this.#found) process.stdout.write(`${line}\n`);
  }
}

/** Null for a test that leaves enough of its time-out. Both in milliseconds. */
export function describeSlow(name: string, duration: number, timeout: number): string | null {
  if (timeout === 0 || duration <= timeout * ALLOWED) return null;
  return `${SLOW}${Math.round(duration / 1000)} s of ${Math.round(timeout / 1000)} s  ${name}`;
}

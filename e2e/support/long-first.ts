import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take long, begun first: at the end of a run nobody waits for one of them alone. */
const LONG = [
  "engine/runs/kill",
  "engine/runs/sever",
  "cli/process",
  "engine/runs/incremental",
  "engine/runs/runs",
  "customers/sell",
  "engine/do-no-harm",
  "engine/observe/rate-limited",
  "cli/demo",
];

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = LONG.findIndex((name) => moduleId.endsWith(`${name}.test.ts`));
  return rank < 0 ? LONG.length : rank;
};

/** The order of test files on a machine that has not run them before. */
export default class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rankOf(a) - rankOf(b));
  }
}

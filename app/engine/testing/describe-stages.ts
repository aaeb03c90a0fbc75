import { afterAll, beforeAll, describe } from "vitest";
import { openScenario, type Scenario, type ScenarioOptions, type Stage, type StageName } from "./scenario";
import { createWorld, type World } from "./world";

/** A test of one point takes a second or two where nothing else runs. */
const TIMEOUT_MS = 120_000;

export type StagesOptions = ScenarioOptions & { openWorld?: () => Promise<World> };

/**
 * A suite for each of these stages of one scenario, given in their order. A stage is prepared once, before its tests;
 * every test begins with a database of its own. `getStage` may be called in tests only.
 */
export function describeStages(
  names: readonly StageName[],
  { openWorld = createWorld, ...options }: StagesOptions,
  defineTests: (getStage: () => Stage, name: StageName) => void,
): void {
  let world: World | undefined;
  let scenario: Scenario | undefined;
  beforeAll(async () => {
    world = await openWorld();
    scenario = await openScenario(world, options);
  });
  afterAll(async () => {
    await scenario?.close();
    await world?.close();
  });
  describe.each(names)("%s", { timeout: TIMEOUT_MS }, (name) => {
    let stage: Stage;
    beforeAll(async () => {
      if (scenario) stage = await scenario.advanceTo(name);
    });
    defineTests(() => stage, name);
  });
}

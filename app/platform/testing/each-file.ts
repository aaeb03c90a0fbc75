import fc from "fast-check";
import { afterAll, vi } from "vitest";

// For vitest, before each file. The same cases each time, so that a test which was green stays so; a hunt searches new ones.
if (!process.env.PARITY_HUNT) fc.configureGlobal({ seed: 20_261_130 });

// Files share their globals, and vitest ends what a test has put in their place only before the next test: hooks of the next
// file (`beforeAll`) would still meet it.
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

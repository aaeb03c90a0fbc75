import { expect, it, vi } from "vitest";
import { sampleOddRequests } from "./testing/odd-requests";
import { readSourceBuild } from "./testing/source-build";
import { openOddWorld, tryOddRequests } from "./testing/try-requests";

// A small part of what `npm run hunt` sends (e2e/hunt/requests.ts).
it("no request of any caller is answered 500, shows a stack trace or what belongs to others, or takes access away", async () => {
  // Remix says so of each address that no route has.
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const odd = await openOddWorld(await readSourceBuild());
  const requests = sampleOddRequests(1, 3);
  const findings = await tryOddRequests(odd, requests);
  await odd.close();
  expect(requests.length).toBeGreaterThan(100);
  expect(findings).toEqual([]);
});

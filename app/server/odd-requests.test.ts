import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type OddRequest, sampleOddRequests } from "./testing/odd-requests";
import { readSourceBuild } from "./testing/source-build";
import { type OddWorld, openOddWorld, tryOddRequests } from "./testing/try-requests";

// A small part of what `npm run hunt` sends (e2e/hunt/requests.ts).
describe("no request of any caller is answered 500, shows a stack trace or what belongs to others, or takes access away", () => {
  let odd: OddWorld;
  beforeAll(async () => {
    odd = await openOddWorld(await readSourceBuild());
  });
  afterAll(() => odd.close());
  // Remix says so of each address that no route has.
  beforeEach(() => void vi.spyOn(console, "warn").mockImplementation(() => {}));

  const requests = sampleOddRequests(1, 1);
  const routes = new Map<string, OddRequest[]>();
  for (const request of requests) {
    const name = request.route.split(/[ .]/)[0] ?? "";
    routes.set(name, [...(routes.get(name) ?? []), request]);
  }
  it.each([...routes])("%s", async (_, some) => {
    expect(await tryOddRequests(odd, some)).toEqual([]);
  });

  it("and every route was asked", () => {
    expect(routes.size).toBeGreaterThan(8);
    expect(requests.length).toBeGreaterThan(40);
  });
});

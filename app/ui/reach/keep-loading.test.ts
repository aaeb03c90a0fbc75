import { describe, expect, it, vi } from "vitest";
import { keepLoading } from "./keep-loading";

const answerWith = (status: number) => vi.stubGlobal("fetch", async () => new Response(null, { status }));
const createLoad = (failures: number) => {
  let tries = 0;
  return async () => {
    tries += 1;
    if (tries <= failures) throw new Error(`not loaded: ${tries}`);
    return `loaded at try ${tries}`;
  };
};

describe("code that did not come", () => {
  it("is asked for again when the connection came back before it was known that it had gone", async () => {
    answerWith(200);
    expect(await keepLoading(createLoad(1))).toBe("loaded at try 2");
  });

  it("is an error when the server is there and does not have it", async () => {
    answerWith(200);
    await expect(keepLoading(createLoad(9))).rejects.toThrow("not loaded: 2");
  });
});

import { expect, it } from "vitest";
import { createPasswordTurns } from "./password-turns";

/** Work that lasts until it is ended, in the order in which it began. */
function openWork() {
  const turns = createPasswordTurns();
  const begun: { name: string; end: () => void }[] = [];
  const start = (name: string, isKnownBrowser = false) =>
    turns(isKnownBrowser, async () => {
      await new Promise<void>((end) => begun.push({ name, end }));
      return name;
    });
  const endAll = async () => {
    for (let n = 0; n < begun.length; n++) {
      begun[n]?.end();
      await new Promise((done) => setImmediate(done));
    }
  };
  return { begun, start, endAll };
}

it("S1: a thousand passwords at once are two at a time, fifty wait, and the others are refused at once", async () => {
  const { begun, start, endAll } = openWork();
  const all = Promise.all(Array.from({ length: 1_000 }, (_, n) => start(`guess ${n}`)));
  expect(begun).toHaveLength(2);
  const known = start("known", true);
  await endAll();
  expect((await all).filter((name) => name !== null)).toHaveLength(52);
  expect(await known).toBe("known");
  // A browser that has signed in before is next.
  expect(begun.map(({ name }) => name).slice(0, 4)).toEqual(["guess 0", "guess 1", "known", "guess 2"]);
  // The places are free again.
  const later = [start("a"), start("b"), start("c")];
  expect(begun.slice(53).map(({ name }) => name)).toEqual(["a", "b"]);
  await endAll();
  expect(await Promise.all(later)).toEqual(["a", "b", "c"]);
});

it("work that fails leaves its place to the next", async () => {
  const turns = createPasswordTurns();
  const failing = [1, 2, 3].map(() => turns(false, () => Promise.reject(new Error("down"))));
  for (const one of failing) await expect(one).rejects.toThrow("down");
  expect(await turns(false, async () => "next")).toBe("next");
});

import { expect, it } from "vitest";
import { createOut } from "./out";

it("says what a command without a terminal is doing, every ten seconds and not oftener (case 33)", () => {
  const said: string[] = [];
  let now = 0;
  const out = createOut(
    { stdout: () => {}, stderr: (text) => said.push(text), colours: false, watched: false, now: () => now },
    true,
  );
  for (now = 0; now < 25_000; now += 1_000) out.progress(`at ${now}`);
  out.progress(null);
  expect(said).toEqual(["at 10000\n", "at 20000\n"]);
});

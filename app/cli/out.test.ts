import { afterEach, expect, it, vi } from "vitest";
import { createOut } from "./out";

afterEach(() => {
  vi.useRealTimers();
});

it("says for how long nothing was new while one step takes long, and no more when the command has answered", () => {
  vi.useFakeTimers();
  for (const watched of [true, false]) {
    const said: string[] = [];
    const answers: string[] = [];
    const out = createOut(
      {
        stdout: (text) => answers.push(text),
        stderr: (text) => said.push(text),
        ...{ colours: false, watched, now: () => Date.now() },
      },
      true,
    );
    out.progress("Reading Stripe …");
    vi.advanceTimersByTime(12_500);
    expect(said.at(-1)).toContain(`Reading Stripe … (nothing new for ${watched ? 12 : 10} s)`);
    out.answer({ done: true }, () => []);
    const before = said.length;
    vi.advanceTimersByTime(60_000);
    expect(said).toHaveLength(before);
    expect(JSON.parse(answers.join(""))).toEqual({ done: true });
  }
});

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

import { expect, it } from "vitest";
import { layOut } from "./layout";

it("aligns consecutive rows, puts numbers on the right, and leaves no spaces at the end", () => {
  const lines = [
    ["in sync", { text: "1,204", right: true }, ""],
    ["locked out", { text: "12", right: true }, "$20"],
  ] as const;
  expect(layOut(lines, false)).toBe("in sync     1,204\nlocked out     12  $20\n");
});

it("does not align rows across a line of text", () => {
  expect(layOut([["a", "b"], "and then", ["longer", "b"]], false)).toBe("a  b\nand then\nlonger  b\n");
});

it("colours a cell without moving the next one, and only when asked", () => {
  const lines = [
    [{ text: "●", tone: "critical" }, "x"],
    ["●●", "y"],
  ] as const;
  expect(layOut(lines, false)).toBe("●   x\n●●  y\n");
  expect(layOut(lines, true)).toBe("\u001b[31m●\u001b[0m   x\n●●  y\n");
});

it.each([
  ["a colour", "\u001b[32mAda"],
  ["a title of the window", "\u001b]0;x\u0007Ada"],
  ["one byte for an escape", "\u009b2JAda"],
  ["a line that is written over", "x\rAda"],
  ["a turned direction", "Ada\u202ecod.exe"],
  ["a row of its own", "Ada\nBob  in sync"],
])("shows a name with %s as text, in a row and in a sentence", (_, name) => {
  const shown = layOut([[name, "locked out"], `User ${name}`], true);
  expect(shown).not.toMatch(/(?!\n)[\p{Cc}\u202E]/u);
  expect(shown.split("\n")[0]).toMatch(/Ada.* {2}locked out$/);
});

import { createInterface } from "node:readline";

/** One line that a person types; null without a terminal, where a pipe may stay open and say nothing. */
export async function askPerson(question: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    lines.once("close", () => resolve(""));
    lines.question(question, (answer) => {
      resolve(answer.trim());
      lines.close();
    });
  });
}

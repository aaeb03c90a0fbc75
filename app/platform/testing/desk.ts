import { inject } from "vitest";
import { findBundled, type ProgramFile } from "./programs";

/** Asks for what the run of vitest has once; it is made when the first test asks. */
export async function askDesk(what: "/postgres" | "/programs"): Promise<string> {
  const response = await fetch(new URL(what, inject("testDesk")));
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

/** The arguments with which a test starts one of our programs as a process of Node.js. */
export const findProgram = async (file: ProgramFile): Promise<string> =>
  findBundled(await askDesk("/programs"), file);

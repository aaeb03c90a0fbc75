/** The part of the workspace route's answer that polling needs. */
export type WorkspaceAnswer = { open: boolean; checking: boolean };

/** `retry`: nothing new yet. `still_locked`: the check has finished and the workspace is still locked. */
export type PollResult = "open" | "still_locked" | "retry" | "signed_out";

/** Pauses before each request, in milliseconds. They get longer and add up to ten seconds. */
export const PAUSES = [800, 900, 1_000, 1_200, 1_500, 2_000, 2_600] as const;

/** The pauses after that, in milliseconds. By then the page already says what to do; the next check becomes due meanwhile. */
export const LATER_PAUSES = [10_000, 15_000, 20_000] as const;

/** Parses the workspace route's answer. Null if it has another shape. */
export function parseAnswer(answer: unknown): WorkspaceAnswer | null {
  const status = readText(answer, "workspace", "status");
  const state = readText(answer, "sync", "state");
  if (status === null || state === null) return null;
  return { open: status === "active", checking: state === "checking" };
}

/** Decides what to do after one request. An unreadable answer is retried, because the network may recover. */
export function interpretAnswer(httpStatus: number, answer: WorkspaceAnswer | null): PollResult {
  if (httpStatus === 401) return "signed_out";
  if (answer === null) return "retry";
  if (answer.open) return "open";
  return answer.checking ? "retry" : "still_locked";
}

function readText(value: unknown, ...path: string[]): string | null {
  let current = value;
  for (const name of path) {
    if (typeof current !== "object" || current === null) return null;
    current = Reflect.get(current, name);
  }
  return typeof current === "string" ? current : null;
}

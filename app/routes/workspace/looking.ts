/** What the workspace route says, as far as looking again needs it. */
export type Look = { open: boolean; checking: boolean };

/** `again`: nothing new. `settled`: the check is over, and the workspace still locked. */
export type AfterLook = "open" | "settled" | "again" | "signed_out";

/** Pauses before each look, in milliseconds: about once a second, slower when it takes longer, ten seconds in all. */
export const PAUSES = [800, 900, 1_000, 1_200, 1_500, 2_000, 2_600] as const;

/** After that, while the page says what to do: long enough for the next check to be due. */
export const LATER_PAUSES = [10_000, 15_000, 20_000] as const;

/** Reads the workspace route's answer; null for anything else. */
export function readLook(answer: unknown): Look | null {
  const status = textAt(answer, "workspace", "status");
  const state = textAt(answer, "sync", "state");
  if (status === null || state === null) return null;
  return { open: status === "active", checking: state === "checking" };
}

/** What to do after one look. What could not be read is looked at again: the network may be back in a second. */
export function afterLook(httpStatus: number, look: Look | null): AfterLook {
  if (httpStatus === 401) return "signed_out";
  if (look === null) return "again";
  if (look.open) return "open";
  return look.checking ? "again" : "settled";
}

function textAt(value: unknown, ...path: string[]): string | null {
  let at = value;
  for (const name of path) {
    if (typeof at !== "object" || at === null) return null;
    at = Reflect.get(at, name);
  }
  return typeof at === "string" ? at : null;
}

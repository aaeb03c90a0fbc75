import type { EndedSessions } from "../ended-sessions.server";

/** Ended sessions in memory. */
export function createMemorySessions(): EndedSessions {
  const ended = new Set<string>();
  return {
    has: async (id) => ended.has(id),
    add: async (id) => void ended.add(id),
  };
}

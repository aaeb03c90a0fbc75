/** For how long a kind can be muted. */
export const MUTE_HOURS = [
  [1, "1 hour"],
  [8, "8 hours"],
  [24, "1 day"],
  [168, "7 days"],
  [720, "30 days"],
] as const;

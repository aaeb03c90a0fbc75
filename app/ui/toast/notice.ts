import type { Tone } from "~/ui/status/tone";

/** A message about what just happened, shown in the corner for a few seconds. */
export type Notice = { id: number; tone: Tone; message: string; details?: string };
